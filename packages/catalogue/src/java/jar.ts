import { createHash } from 'node:crypto';
import { AssayError, type Rejected } from '@assay/contract';
import { readZipEntries, readZipEntry, type ZipBudget, type ZipEntry } from '../archive/zip.ts';
import { decodeText } from '../formats/decode-text.ts';
import { reason } from '../formats/json-value.ts';
import { parseXml } from '../formats/xml-element.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { findByLayout, isJavaApplication, isJavaArchive, parseArchiveName } from './archive-name.ts';
import {
  type JarManifest,
  manifestArtifact,
  manifestGroup,
  manifestLicenses,
  manifestVersion,
  parseManifest,
} from './manifest.ts';
import { isFilledIn, type MavenName, mavenLabel, mavenPurl } from './maven-name.ts';
import { type Pom, readPom } from './pom.ts';
import { parsePomProperties } from './pom-properties.ts';

/** An archive in an archive in an archive …: real ones are at most four deep. */
const maxDepth = 8;
const maxMetadata = 4 * 2 ** 20;
/** Decompressed archives that are held at the same time. */
const maxHeld = 48 * 2 ** 20;

/** What may be spent on one archive from outside. */
export function jarBudget(): ZipBudget {
  return { entries: 400_000, archives: 20_000, inflated: 256 * 2 ** 20 };
}

/** An archive whose directory is read: its entries of interest, and how their bytes are had. */
export interface OpenArchive {
  readonly entries: readonly ZipEntry[];
  /** At most `limit` bytes. Throws FILE_UNREADABLE, LIMIT_EXCEEDED. */
  readonly read: (entry: ZipEntry, limit: number) => Uint8Array;
  /** Whether `read` gives only parts of that entry, zeros between. */
  readonly isPartial?: (entry: ZipEntry) => boolean;
  /** Lower-case algorithm to hex, of the whole archive. */
  readonly hashes: Readonly<Record<string, string>>;
}

interface Task {
  readonly archive: OpenArchive;
  /** The place inside the file of the image: `!/a.jar!/b.jar`. */
  readonly within: string;
  readonly depth: number;
  /** Decompressed bytes that live as long as this archive is read. */
  readonly held: number;
}

/**
 * The Maven artifacts of one Java archive in memory and of all archives inside it. Throws FILE_UNREADABLE or LIMIT_EXCEEDED for
 * the archive itself; trouble further in is told as rejected.
 */
export function parseJar(bytes: Uint8Array, path: string): Listing {
  const budget = jarBudget();
  return listJar(openArchive(bytes, budget), path, budget);
}

function openArchive(bytes: Uint8Array, budget: ZipBudget): OpenArchive {
  return {
    entries: readZipEntries(bytes, isWanted, budget),
    read: (entry, limit) => readZipEntry(bytes, entry, limit, budget),
    hashes: { sha1: createHash('sha1').update(bytes).digest('hex') },
  };
}

/** An archive of which parts are missing: what lies in them cannot be read, and no hash is known. */
function openParts(bytes: Uint8Array, budget: ZipBudget): OpenArchive {
  const read = (entry: ZipEntry, limit: number): Uint8Array => {
    try {
      return readZipEntry(bytes, entry, limit, budget);
    } catch (error) {
      throw new AssayError('LIMIT_EXCEEDED', 'it lies in the middle of an archive too large to be read whole', {
        cause: error,
      });
    }
  };
  return { entries: readZipEntries(bytes, isWanted, budget), read, hashes: {} };
}

/** As `parseJar`, for an archive that is open. */
export function listJar(archive: OpenArchive, path: string, budget: ZipBudget): Listing {
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  const work: (() => Task | undefined)[] = [() => ({ archive, within: '', depth: 0, held: 0 })];
  for (let open = work.pop(); open !== undefined; open = work.pop()) {
    const task = open();
    if (task === undefined) continue;
    const found = readArchive(task, path, rejected);
    for (const listed of found.packages) packages.push(listed);
    for (const entry of found.nested) work.push(() => openNested(task, entry, budget, packages, rejected));
  }
  return { packages, rejected };
}

/** Opened only when its turn comes, so that few decompressed archives live at once. */
function openNested(
  outer: Task,
  entry: ZipEntry,
  budget: ZipBudget,
  packages: Listed[],
  rejected: Rejected[],
): Task | undefined {
  const within = `${outer.within}!/${entry.path.slice(0, 500)}`;
  const refuse = (why: string): undefined => {
    rejected.push({ at: within, why });
    // Its name still says what it is, as a rule.
    const named = describe({ label: within, within, manifest: new Map(), names: [], hashes: {} });
    for (const listed of named) packages.push(listed);
  };
  if (outer.depth + 1 > maxDepth) return refuse(`archives inside one another deeper than ${maxDepth} are not read`);
  if (budget.archives-- <= 0) return refuse('more archives inside one file than the limit; the rest is not read');
  try {
    const bytes = outer.archive.read(entry, maxHeld - outer.held);
    const held = outer.held + (entry.method === 0 ? 0 : bytes.length);
    const archive = outer.archive.isPartial?.(entry) ? openParts(bytes, budget) : openArchive(bytes, budget);
    return { archive, within, depth: outer.depth + 1, held };
  } catch (error) {
    return refuse(reason(error));
  }
}

interface Archive {
  readonly packages: readonly Listed[];
  readonly nested: readonly ZipEntry[];
}

/** Whether an entry tells what the archive is, or is an archive itself. */
export function isWanted(path: string): boolean {
  return (
    path.endsWith('/pom.properties') ||
    (path.endsWith('/pom.xml') && path.startsWith('META-INF/maven/')) ||
    /^META-INF\/MANIFEST\.MF$/i.test(path) ||
    isJavaArchive(path)
  );
}

function readArchive(task: Task, path: string, rejected: Rejected[]): Archive {
  const { entries, hashes } = task.archive;
  const read = (entry: ZipEntry): Uint8Array | undefined => {
    try {
      return task.archive.read(entry, maxMetadata);
    } catch (error) {
      rejected.push({ at: `${task.within}!/${entry.path.slice(0, 500)}`, why: reason(error) });
      return undefined;
    }
  };
  let manifest: JarManifest | undefined;
  const properties = new Map<string, MavenName>();
  const projects = new Map<string, Pom>();
  for (const entry of entries) {
    const folder = entry.path.slice(0, entry.path.lastIndexOf('/'));
    if (entry.path.endsWith('/pom.properties')) {
      const bytes = read(entry);
      const name = bytes && parsePomProperties(bytes);
      if (name !== undefined) properties.set(folder, name);
    } else if (entry.path.endsWith('/pom.xml')) {
      const pom = pomOf(read(entry));
      if (pom !== undefined) projects.set(folder, pom);
    } else if (!isJavaArchive(entry.path)) {
      const bytes = read(entry);
      if (bytes !== undefined) manifest ??= parseManifest(bytes);
    }
  }
  const names = mavenNames(properties, projects);
  const label = task.within === '' ? path : task.within;
  const packages = describe({ label, within: task.within, manifest: manifest ?? new Map(), names, hashes });
  return { packages, nested: entries.filter((entry) => isJavaArchive(entry.path) && entry.size > 0) };
}

/** A pom inside an archive only adds a licence, or a name where there are no properties; a bad one costs nothing else. */
function pomOf(bytes: Uint8Array | undefined): Pom | undefined {
  try {
    return bytes && readPom(parseXml(decodeText(bytes)));
  } catch {
    return undefined;
  }
}

interface Named extends MavenName {
  readonly licenses: readonly string[];
}

function mavenNames(properties: ReadonlyMap<string, MavenName>, projects: ReadonlyMap<string, Pom>): Named[] {
  const out: Named[] = [];
  for (const [folder, name] of properties) out.push({ ...name, licenses: projects.get(folder)?.licenses ?? [] });
  for (const [folder, pom] of projects) {
    const [group, artifact, version] = [
      pom.group ?? pom.parent?.group,
      pom.artifact,
      pom.version ?? pom.parent?.version,
    ];
    if (properties.has(folder) || !isFilledIn(group) || !isFilledIn(artifact) || !isFilledIn(version)) continue;
    out.push({ group, artifact, version, licenses: pom.licenses });
  }
  return out;
}

interface Found {
  readonly label: string;
  readonly within: string;
  readonly manifest: JarManifest;
  readonly names: readonly Named[];
  readonly hashes: Readonly<Record<string, string>>;
}

/** The archive's own artifact first, then those shaded into it. */
function describe(found: Found): Listed[] {
  const { label, within, names, manifest, hashes } = found;
  const file = parseArchiveName(label);
  const own = ownName(names, file, manifestVersion(manifest));
  const manifestSays = manifestLicenses(manifest);
  const shaded = names
    .filter((name) => name !== own)
    .map((name) => toListed(name, within, name.licenses, own !== undefined));
  if (own !== undefined) {
    const licenses = own.licenses.length > 0 ? own.licenses : manifestSays;
    return [{ ...toListed(own, within, licenses, false), hashes }, ...shaded];
  }
  if (isJavaApplication(label) && file.version === '' && manifestVersion(manifest) === undefined)
    return [{ ...application(file.artifact, within), hashes }, ...shaded];
  const artifact = file.version !== '' ? file.artifact : (manifestArtifact(manifest) ?? file.artifact);
  const version = file.version !== '' ? file.version : (manifestVersion(manifest) ?? '');
  // An archive of others that says nothing of itself is told by those.
  if (artifact === '' || (version === '' && shaded.length > 0)) return shaded;
  const layout = within === '' ? findByLayout(label) : undefined;
  const group = layout?.group ?? manifestGroup(manifest, artifact);
  const name = tomcatName(manifest, artifact, version) ?? nameOf(group, layout?.artifact ?? artifact, version);
  const listed = { ...toListed(name, within, manifestSays, false), hashes };
  const guess = [{ name: 'java:group', value: 'guessed' }];
  const isGuess = group === undefined && name.group !== 'org.apache.tomcat';
  return [isGuess ? { ...listed, properties: guess } : listed, ...shaded];
}

/** Tomcat's own archives have other file names than the artifacts they are published as: `catalina.jar` is tomcat-catalina. */
function tomcatName(manifest: JarManifest, artifact: string, version: string): MavenName | undefined {
  if (manifest.get('implementation-title') !== 'Apache Tomcat') return undefined;
  return {
    group: 'org.apache.tomcat',
    artifact: artifact.startsWith('tomcat-') ? artifact : `tomcat-${artifact}`,
    version,
  };
}

/** The name, its group guessed from the artifact where nothing says it. */
function nameOf(group: string | undefined, artifact: string, version: string): MavenName {
  // Some distributions put the group before the artifact in the file's name: `org.mortbay.jasper.apache-el`.
  const rest = group !== undefined && artifact.startsWith(`${group}.`) ? artifact.slice(group.length + 1) : '';
  if (group !== undefined) return { group, artifact: rest.includes('-') ? rest : artifact, version };
  const dot = artifact.lastIndexOf('.');
  const [front, last] = [artifact.slice(0, Math.max(0, dot)), artifact.slice(dot + 1)];
  return front.includes('.') && last.includes('-')
    ? { group: front, artifact: last, version }
    : { group: guessedGroup(artifact), artifact, version };
}

/** Bundles carry their group in their name: `org.apache.felix.framework`. Many old artifacts have their own name as their group. */
function guessedGroup(artifact: string): string {
  const parts = artifact.split('.');
  return parts.length >= 3 ? parts.slice(0, -1).join('.') : artifact;
}

/** The metadata that is the archive's own, not that of something shaded into it. */
function ownName(
  names: readonly Named[],
  file: { readonly artifact: string; readonly version: string },
  said: string | undefined,
): Named | undefined {
  const same = names.filter(
    (name) => name.artifact === file.artifact || file.artifact === `${name.group}.${name.artifact}`,
  );
  const exact = same.find((name) => name.version === file.version) ?? same[0];
  if (exact !== undefined) return exact;
  const [only] = names;
  if (only === undefined || names.length > 1) return undefined;
  const alike = file.artifact.includes(only.artifact) || only.artifact.includes(file.artifact);
  // A single library shaded into an archive without Maven metadata of its own has another version than the archive, as a rule.
  const version = file.version === '' ? said : file.version;
  return alike || version === undefined || version === only.version ? only : undefined;
}

function toListed(name: MavenName, within: string, licenses: readonly string[], shaded: boolean): Listed {
  return {
    key: `${within} ${mavenLabel(name)}@${name.version}`,
    name: mavenLabel(name),
    version: name.version,
    purl: mavenPurl(name),
    licenses,
    within,
    properties: shaded ? [{ name: 'java:shaded', value: 'true' }] : [],
  };
}

function application(name: string, within: string): Listed {
  return { key: `${within} ${name}`, kind: 'application', name, version: '', within };
}
