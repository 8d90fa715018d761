import {
  type AnalysisFinding,
  type AnalysisRow,
  analysisJustifications,
  analysisResponses,
  analysisStates,
  copyAnalysis,
  findAnalyses,
  findRebaseOptions,
  type TargetArtifact,
  untriaged,
  writeAnalysis,
} from '@assay/store';
import type { FastifyInstance } from 'fastify';
import { bodyOf } from '../server/body-of.ts';
import { Fields } from './body-fields.ts';
import { envelope } from './envelope.ts';
import { invalid, pagingOf, type Query, soundText, textOf } from './request-words.ts';
import type { RouteContext } from './store-routes.ts';

/** Decisions about vulnerabilities. Source: spec/store.md §3.8. */
export function addTriageRoutes(server: FastifyInstance, { store: { queries } }: RouteContext): void {
  server.post('/api/v1/triage', async (request, reply) => {
    const body = Fields.of(bodyOf(request));
    const pkg = body.object('package');
    const vulnerability = body.object('vulnerability');
    if (pkg === undefined) throw invalid('package is missing');
    if (vulnerability === undefined) throw invalid('vulnerability is missing');
    const target = targetOf(body);
    if (target === undefined) throw invalid('one of image and source is needed');
    const written = await writeAnalysis(queries, {
      cve: vulnerability.needed('CVEID'),
      package: { name: pkg.needed('Name'), version: pkg.text('Version') ?? '' },
      target,
      groupUid: body.needed('ArtifactGroupUid'),
      finding: { ...findingOf(body.object('analysis')), createdBy: body.text('CreatedBy') ?? request.user },
    });
    return reply.code(written.isNew ? 201 : 200).send({ UID: written.uid });
  });
  server.post<{ Params: { uid: string } }>('/api/v1/triage/:uid/copy', async (request, reply) => {
    const body = Fields.of(bodyOf(request));
    const target = targetOf(body);
    const groupUid = body.text('ArtifactGroupUid');
    if (target === undefined && groupUid === undefined)
      throw invalid('at least one of image, source and ArtifactGroupUid is needed');
    const written = await copyAnalysis(queries, {
      uid: soundText(request.params.uid, 'the path'),
      ...(target === undefined ? {} : { target }),
      ...(groupUid === undefined ? {} : { groupUid }),
      createdBy: body.text('CreatedBy') ?? request.user,
    });
    return reply.code(written.isNew ? 201 : 200).send({ UID: written.uid });
  });
  server.get<{ Querystring: Query }>('/api/v1/triage', async ({ query }) => {
    const paging = pagingOf(query);
    const groupUid = textOf(query, 'artifact_group_uid');
    const digest = textOf(query, 'digest');
    const registry = textOf(query, 'registry');
    const commit = textOf(query, 'commit');
    const organization = textOf(query, 'org');
    const repository = textOf(query, 'repo');
    const filter = {
      ...(groupUid === undefined ? {} : { groupUid }),
      ...(digest === undefined ? {} : { digest }),
      ...(registry === undefined ? {} : { registry }),
      ...(commit === undefined ? {} : { commit }),
      ...(organization === undefined ? {} : { organization }),
      ...(repository === undefined ? {} : { repository }),
    };
    const page = await findAnalyses(queries, filter, paging);
    return envelope(page.rows.map(toAnalysis), page.count, paging);
  });
  server.get<{ Querystring: Query }>('/api/v1/triage/rebase', async ({ query }) => {
    const paging = pagingOf(query);
    const digest = textOf(query, 'digest');
    const groupUid = textOf(query, 'artifact_group_uid');
    const registry = textOf(query, 'registry');
    if (digest === undefined) throw invalid('digest is needed');
    if (groupUid === undefined) throw invalid('artifact_group_uid is needed');
    const wish = { digest, groupUid, ...(registry === undefined ? {} : { registry }) };
    const page = await findRebaseOptions(queries, wish, paging);
    return envelope(page.rows.map(toAnalysis), page.count, paging);
  });
}

/** The image or the source of a request. Throws REQUEST_INVALID when it names both. */
function targetOf(body: Fields): TargetArtifact | undefined {
  const image = body.object('image');
  const source = body.object('source');
  if (image !== undefined && source !== undefined) throw invalid('only one of image and source may be given');
  if (image !== undefined) {
    const registry = image.text('Registry');
    return { kind: 'image', digest: image.needed('Digest'), ...(registry === undefined ? {} : { registry }) };
  }
  if (source === undefined) return undefined;
  const organization = source.text('Org');
  const repository = source.text('Repo');
  return {
    kind: 'source',
    sha: source.needed('Sha'),
    ...(organization === undefined ? {} : { organization }),
    ...(repository === undefined ? {} : { repository }),
  };
}

/** What was decided; nothing said is `in_triage`. */
function findingOf(body: Fields | undefined): AnalysisFinding {
  if (body === undefined) return untriaged;
  const justification = body.text('Justification');
  return {
    state: oneOf(body.needed('State'), analysisStates, 'State'),
    justification: justification === undefined ? '' : oneOf(justification, analysisJustifications, 'Justification'),
    responses: body.texts('Response').map((word) => oneOf(word, analysisResponses, 'Response')),
    comments: body.text('Comments') ?? '',
    createdBy: '',
  };
}

function oneOf<T extends string>(word: string, allowed: readonly T[], name: string): T {
  const found = allowed.find((each) => each === word);
  if (found === undefined)
    throw invalid(`${name} is ${JSON.stringify(word.slice(0, 60))}, not one of ${allowed.join(', ')}`);
  return found;
}

/** `GetVulnerabilityAnalysisResponse`. */
function toAnalysis({ uid, createdBy, groupUid, artifact, package: pkg, vulnerability, findings }: AnalysisRow) {
  return {
    UID: uid,
    CreatedBy: createdBy,
    ArtifactGroupUID: groupUid,
    ...(artifact.kind === 'image'
      ? { image: { Digest: artifact.digest, Name: artifact.name, Registry: artifact.host } }
      : { source: { Sha: artifact.digest, Org: artifact.organization, Repo: artifact.name } }),
    package: { Name: pkg.name, Version: pkg.version, PackageManager: pkg.manager },
    vulnerability: { CVEID: vulnerability.cve, Description: vulnerability.description },
    Analysis: findings.map(({ state, justification, responses, comments, createdBy: author }) => ({
      ...{ State: state, Justification: justification, Response: responses, Comments: comments },
      CreatedBy: author,
    })),
  };
}
