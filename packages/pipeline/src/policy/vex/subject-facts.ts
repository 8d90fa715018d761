import { isDigest, type Purl, type Subject } from '@assay/contract';
import { fitsPurl, type PurlReader } from './fits-purl.ts';
import type { VexComponent } from './vex-document.ts';

/** What is known of the scanned thing, in the forms in which VEX documents name one. */
interface SubjectFacts {
  readonly subject: Subject;
  /** Of the manifest, of the configuration, and the one it was asked for by: that of an index, often. */
  readonly digests: ReadonlySet<string>;
  /** Without Docker Hub's implied host and `library/`, tag and digest. */
  readonly repository: string;
  readonly tag: string;
  readonly architecture: string;
}

/** Gathers the facts of a subject. */
export function toSubjectFacts(subject: Subject): SubjectFacts {
  const named = splitImageName(subject.name);
  const digests = [subject.digest, subject.imageId, named.digest].filter(
    (digest) => digest !== undefined && digest !== '',
  );
  return {
    subject,
    digests: new Set(digests.map(String)),
    repository: named.repository,
    tag: named.tag,
    architecture: subject.platform?.split('/')[1] ?? '',
  };
}

/** Whether one of the component's names, hashes or its plain name is the scanned thing's. */
export function isSubject(component: VexComponent, facts: SubjectFacts, purls: PurlReader): boolean {
  if (component.names.some((name) => namesSubject(name, facts, purls))) return true;
  if (component.hashes.some((hash) => facts.digests.has(`sha256:${hash}`) || facts.digests.has(`sha512:${hash}`)))
    return true;
  const { called } = component;
  return (
    called !== undefined &&
    called.name === facts.subject.name &&
    (called.version === '' || called.version === facts.subject.version)
  );
}

function namesSubject(name: string, facts: SubjectFacts, purls: PurlReader): boolean {
  const { subject } = facts;
  if (name === subject.name || name === subject.purl || facts.digests.has(name)) return true;
  const wanted = purls.find(name);
  if (wanted === undefined) return subject.kind === 'image' && namesImage(name, facts);
  if (wanted.type === 'oci' || wanted.type === 'docker') return subject.kind === 'image' && isImage(wanted, facts);
  const own = subject.purl === undefined ? undefined : purls.find(subject.purl);
  return own !== undefined && fitsPurl(wanted, own);
}

/** An image reference: a digest settles it; else repository and, where given, tag must be the same. */
function namesImage(name: string, facts: SubjectFacts): boolean {
  const wanted = splitImageName(name);
  if (wanted.digest !== '') return facts.digests.has(wanted.digest);
  return (
    wanted.repository !== '' &&
    wanted.repository === facts.repository &&
    (wanted.tag === '' || wanted.tag === facts.tag)
  );
}

/** `pkg:oci/NAME@DIGEST?repository_url=…&tag=…&arch=…`. Sources: purl-spec, types "oci" and "docker". */
function isImage(wanted: Purl, facts: SubjectFacts): boolean {
  const { qualifiers } = wanted;
  const arch = Object.hasOwn(qualifiers, 'arch') ? qualifiers.arch : undefined;
  if (arch !== undefined && facts.architecture !== '' && arch !== facts.architecture) return false;
  if (isDigest(wanted.version)) return facts.digests.has(wanted.version);

  // The version of a docker purl may be a tag.
  const tag = Object.hasOwn(qualifiers, 'tag') ? (qualifiers.tag ?? '') : wanted.version;
  if (tag !== '' && tag !== facts.tag) return false;
  const repository = Object.hasOwn(qualifiers, 'repository_url') ? qualifiers.repository_url : undefined;
  if (repository !== undefined) {
    const whole = splitImageName(repository).repository;
    // Some writers end the repository with the name, some leave it to the name.
    return facts.repository === whole || facts.repository === splitImageName(`${repository}/${wanted.name}`).repository;
  }
  const path = wanted.namespace === '' ? wanted.name : `${wanted.namespace}/${wanted.name}`;
  if (wanted.type === 'docker') return facts.repository === splitImageName(path).repository;
  return facts.repository.split('/').at(-1) === wanted.name;
}

/** Splits a name as far as telling images apart needs; no judge of references. */
function splitImageName(name: string): { readonly repository: string; readonly tag: string; readonly digest: string } {
  let rest = name.replace(/^[a-z][a-z+.-]*:\/\//, '');
  const at = rest.lastIndexOf('@');
  const digest = at < 0 ? '' : rest.slice(at + 1);
  if (at >= 0) rest = rest.slice(0, at);
  const colon = rest.lastIndexOf(':');
  const tag = colon > rest.lastIndexOf('/') ? rest.slice(colon + 1) : '';
  if (tag !== '') rest = rest.slice(0, colon);
  rest = rest.replace(/\/+$/, '').replace(/^(?:index\.)?docker\.io\//, '');
  return { repository: rest.replace(/^library\//, ''), tag, digest };
}
