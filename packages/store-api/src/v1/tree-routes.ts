import { findSeverity } from '@assay/contract';
import {
  type ArtifactTree,
  type Entity,
  findArtifacts,
  type PackageFacts,
  type PairFacts,
  type RatingFacts,
  type ReportFacts,
  type Store,
  type VulnerabilityFacts,
  writeTree,
} from '@assay/store';
import type { FastifyInstance } from 'fastify';
import { bodyOf } from '../server/body-of.ts';
import { Fields } from './body-fields.ts';
import { methodOfId } from './models.ts';
import { invalid } from './request-words.ts';
import type { RouteContext } from './store-routes.ts';
import { imageTree, sourceTree } from './trees.ts';

/** The first way in: a tree of rows instead of a document. Source: spec/store.md §3.2. */
export function addTreeRoutes(server: FastifyInstance, { store }: RouteContext): void {
  server.post('/api/imageReport', async (request) => {
    const body = Fields.of(bodyOf(request));
    const image = await written(store, toImageTree(body), 'image');
    return imageTree(store.queries, image);
  });
  server.post('/api/sourceReport', async (request) => {
    const source = await written(store, toSourceTree(Fields.of(bodyOf(request))), 'source');
    return sourceTree(store.queries, source);
  });
}

async function written(store: Store, tree: ArtifactTree, kind: Entity['kind']) {
  const id = await writeTree(store.queries, store.intake.dictionaries, tree);
  const { rows } = await findArtifacts(store.queries, { kind, id });
  if (rows[0] === undefined) throw new Error('what was written is not there');
  return rows[0];
}

function toImageTree(body: Fields): ArtifactTree {
  const entity: Entity = {
    kind: 'image',
    host: body.text('Registry') ?? '',
    organization: '',
    name: body.needed('Name'),
    digest: body.needed('Digest'),
  };
  return { entity, facts: toFacts(body.objects('Packages')), sources: body.objects('Sources').map(toSourceTree) };
}

function toSourceTree(body: Fields): ArtifactTree {
  const entity: Entity = {
    kind: 'source',
    host: body.text('Host') ?? '',
    organization: body.text('Organization') ?? '',
    name: body.needed('Repository'),
    digest: body.needed('Sha'),
  };
  return { entity, facts: toFacts(body.objects('Packages')), sources: [] };
}

function toFacts(bodies: readonly Fields[]): ReportFacts {
  const packages: PackageFacts[] = [];
  const vulnerabilities = new Map<string, { readonly place: number; readonly facts: VulnerabilityFacts }>();
  const ratings = new Map<string, RatingFacts>();
  const pairs = new Map<string, PairFacts>();
  const places = new Map<string, number>();
  for (const body of bodies) {
    const pkg = toPackageFacts(body);
    const key = `${pkg.name}\0${pkg.version}\0${pkg.manager}`;
    const at = places.get(key) ?? packages.push(pkg) - 1;
    places.set(key, at);
    for (const entry of body.objects('Vulnerabilities')) {
      const facts = toVulnerabilityFacts(entry);
      const vulnerability = vulnerabilities.get(facts.id)?.place ?? vulnerabilities.size;
      vulnerabilities.set(facts.id, { place: vulnerability, facts });
      for (const rating of entry.objects('Ratings').map((each) => toRatingFacts(each, vulnerability)))
        ratings.set(JSON.stringify(Object.values(rating)), rating);
      pairs.set(`${at} ${vulnerability}`, {
        ...{ package: at, vulnerability, severity: 'unknown', isFixable: false, fixedIn: [] },
      });
    }
  }
  const lists = {
    vulnerabilities: [...vulnerabilities.values()].map(({ facts }) => facts),
    pairs: [...pairs.values()],
  };
  return { packages, ...lists, ratings: [...ratings.values()], isScan: true, skipped: 0 };
}

/** Longer texts cannot be keys of an index. UTF-8 bytes. */
const maxKeyBytes = 2000;

function checkKey(what: string, ...texts: readonly string[]): void {
  if (Buffer.byteLength(texts.join('')) > maxKeyBytes) throw invalid(`${what} has more than ${maxKeyBytes} bytes`);
}

function toPackageFacts(body: Fields): PackageFacts {
  const name = body.needed('Name');
  const version = body.text('Version') ?? '';
  const manager = body.text('PackageManager') ?? 'Unknown';
  checkKey('the name, version and manager of a package', name, version, manager);
  return {
    ...{ name, version, manager },
    homepage: body.text('Homepage') ?? '',
    ...{ purl: '', versioned: '', base: '' },
  };
}

function toVulnerabilityFacts(body: Fields): VulnerabilityFacts {
  const id = body.needed('CVEID');
  checkKey('a CVEID', id);
  return {
    id,
    aliases: [],
    description: body.text('Description') ?? '',
    // The published sample has another name for it than the model.
    url: body.text('URL') ?? body.text('PrimaryURL') ?? '',
    cna: body.text('CNA') ?? '',
    references: body.texts('References').filter((each) => each !== ''),
  };
}

function toRatingFacts(body: Fields, vulnerability: number): RatingFacts {
  return {
    vulnerability,
    source: '',
    method: methodOfId(body.whole('MethodTypeID', 0)),
    severity: findSeverity(body.text('Severity') ?? '') ?? 'unknown',
    score: body.number('Score'),
    vector: (body.text('Vector') ?? '').slice(0, 300),
  };
}
