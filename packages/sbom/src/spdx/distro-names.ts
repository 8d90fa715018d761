import { type Distro, findPurl } from '@assay/contract';

/** Names that producers use for a distribution, and its `ID` in os-release. Source: Trivy's `os/family` words, os-release(5) of each. */
const ids: Readonly<Record<string, string>> = {
  redhat: 'rhel',
  'red hat enterprise linux': 'rhel',
  oracle: 'ol',
  oraclelinux: 'ol',
  'oracle linux': 'ol',
  amazon: 'amzn',
  'amazon linux': 'amzn',
  alma: 'almalinux',
  'cbl-mariner': 'mariner',
  'suse linux enterprise server': 'sles',
  'suse linux enterprise micro': 'slem',
  'opensuse.leap': 'opensuse-leap',
  'opensuse leap': 'opensuse-leap',
  'opensuse.tumbleweed': 'opensuse-tumbleweed',
  'opensuse tumbleweed': 'opensuse-tumbleweed',
};

/** A distribution from the name and version a producer gives it. */
export function toDistro(name: string, version: string): Distro {
  const word = name.trim().toLowerCase();
  return { id: Object.hasOwn(ids, word) ? (ids[word] ?? word) : word, version, like: [] };
}

/** Type, namespace and `distro` qualifier as written; thousands of packages have the same, and one of them is parsed. */
const pattern = /^pkg:\/*(apk|alpine|deb|rpm)\/([^/@?#]+)\/[^?#]*\?(?:[^#]*&)?distro=([^&#]+)/i;

/** Nobody's release is called by more. */
const maxQualifierLength = 128;

/** Counts what the `distro` qualifiers of distribution packages say, for documents that name no operating system. */
export class DistroVotes {
  readonly #votes = new Map<string, { readonly distro: Distro; count: number }>();

  add(purlText: string): void {
    const parts = pattern.exec(purlText);
    if (parts === null) return;
    const key = `${parts[1]}/${parts[2]} ${parts[3]}`;
    const vote = this.#votes.get(key);
    if (vote !== undefined) {
      vote.count += 1;
      return;
    }
    const purl = findPurl(purlText);
    const text = purl?.qualifiers.distro;
    if (purl !== undefined && text !== undefined && text.length <= maxQualifierLength) {
      this.#votes.set(key, { distro: readQualifier(text, purl.namespace), count: 1 });
    }
  }

  /** The distribution most packages name; the first one named when several are even. */
  winner(): Distro | undefined {
    let best: { readonly distro: Distro; readonly count: number } | undefined;
    for (const vote of this.#votes.values()) if (best === undefined || vote.count > best.count) best = vote;
    return best?.distro;
  }
}

/** `debian-12.15` (Syft, Trivy), `3.4.6` alone (Trivy for Alpine), or a code name such as `bookworm`. */
function readQualifier(text: string, namespace: string): Distro {
  const named = /^([a-z][a-z0-9._-]*?)-(\d[^\s]*)$/i.exec(text);
  if (named !== null) return toDistro(named[1] ?? '', named[2] ?? '');
  if (/^\d/.test(text)) return toDistro(namespace, text);
  const codename = text.startsWith(`${namespace}-`) ? text.slice(namespace.length + 1) : text;
  const distro = toDistro(namespace === '' ? text : namespace, '');
  return codename === distro.id ? distro : { ...distro, codename };
}
