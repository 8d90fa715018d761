import type { Distro } from '@assay/contract';
import type { EcosystemKey } from './ecosystem-key.ts';

/** How the data calls one distribution, and what of its `VERSION_ID` says the release. */
interface DistroRule {
  /** OSV ecosystems in lower case; the first that the data holds is used. */
  readonly bases: readonly string[];
  readonly release: (distro: Distro) => string | undefined;
}

const major = ({ version }: Distro): string | undefined => /^\d+/.exec(version)?.[0];
const majorMinor = ({ version }: Distro): string | undefined => /^\d+\.\d+/.exec(version)?.[0];
const whole = ({ version }: Distro): string | undefined => (version === '' ? undefined : version.toLowerCase());
const rolling = (): string => '';

const debianCodenames: ReadonlyMap<string, string> = new Map([
  ['wheezy', '7'],
  ['jessie', '8'],
  ['stretch', '9'],
  ['buster', '10'],
  ['bullseye', '11'],
  ['bookworm', '12'],
  ['trixie', '13'],
  ['forky', '14'],
  ['duke', '15'],
]);

const ubuntuCodenames: ReadonlyMap<string, string> = new Map([
  ['trusty', '14.04'],
  ['xenial', '16.04'],
  ['bionic', '18.04'],
  ['focal', '20.04'],
  ['jammy', '22.04'],
  ['noble', '24.04'],
  ['plucky', '25.04'],
  ['questing', '25.10'],
]);

const debian: DistroRule = {
  bases: ['debian'],
  release: (distro) => debianCodenames.get(distro.codename ?? '') ?? major(distro),
};
const ubuntu: DistroRule = {
  bases: ['ubuntu'],
  release: (distro) => ubuntuCodenames.get(distro.codename ?? '') ?? majorMinor(distro),
};
const redHat: DistroRule = { bases: ['red hat'], release: major };

/** By os-release's `ID`. */
const rules: ReadonlyMap<string, DistroRule> = new Map<string, DistroRule>([
  ['debian', debian],
  ['raspbian', debian],
  ['ubuntu', ubuntu],
  ['pop', ubuntu],
  ['alpine', { bases: ['alpine'], release: alpineRelease }],
  ['wolfi', { bases: ['wolfi'], release: rolling }],
  ['chainguard', { bases: ['chainguard', 'wolfi'], release: rolling }],
  ['minimos', { bases: ['minimos'], release: rolling }],
  ['cleanstart', { bases: ['cleanstart'], release: rolling }],
  ['echo', { bases: ['echo'], release: rolling }],
  ['alpaquita', { bases: ['alpaquita'], release: whole }],
  ['bellsoft-hardened-containers', { bases: ['bellsoft hardened containers'], release: whole }],
  ['rhel', redHat],
  ['redhat', redHat],
  ['centos', redHat],
  ['rocky', { bases: ['rocky linux'], release: major }],
  ['almalinux', { bases: ['almalinux'], release: major }],
  ['ol', { bases: ['oracle linux'], release: major }],
  ['amzn', { bases: ['amazon linux'], release: whole }],
  ['fedora', { bases: ['fedora'], release: major }],
  ['sles', { bases: ['suse'], release: whole }],
  ['sles_sap', { bases: ['suse'], release: whole }],
  ['sled', { bases: ['suse'], release: whole }],
  ['suse', { bases: ['suse'], release: whole }],
  ['sle_hpc', { bases: ['suse'], release: whole }],
  ['sle-micro', { bases: ['suse'], release: ({ version }) => `micro ${version}` }],
  ['sl-micro', { bases: ['suse'], release: ({ version }) => `micro ${version}` }],
  ['opensuse', { bases: ['opensuse'], release: whole }],
  ['opensuse-leap', { bases: ['opensuse'], release: whole }],
  ['opensuse-leap-micro', { bases: ['opensuse'], release: ({ version }) => `micro ${version}` }],
  ['opensuse-tumbleweed', { bases: ['opensuse'], release: () => 'tumbleweed' }],
  ['photon', { bases: ['photon os'], release: majorMinor }],
  ['azurelinux', { bases: ['azure linux'], release: major }],
  ['mariner', { bases: ['azure linux', 'cbl-mariner'], release: major }],
  ['mageia', { bases: ['mageia'], release: major }],
  ['openeuler', { bases: ['openeuler'], release: openEulerRelease }],
]);

/** `3.20.3` is release 3.20; anything else, `3.21_alpha2024` or nothing, is the rolling branch. */
function alpineRelease({ version }: Distro): string {
  return /^v?(\d+\.\d+)(?:\.\d+)?$/.exec(version)?.[1] ?? 'edge';
}

/** The release's long-term line is in its name only: `openEuler 22.03 (LTS-SP3)`. */
function openEulerRelease(distro: Distro): string | undefined {
  const line = /\(([^)]+)\)/.exec(distro.prettyName ?? '')?.[1];
  return line === undefined ? whole(distro) : `${distro.version}-${line}`.toLowerCase();
}

/**
 * The ecosystems that speak of a distribution's packages, best first; `undefined` for a distribution nobody keeps records of.
 * A derived distribution is read as the one it is like only where it says so in words that parent shares: a code name, or
 * Ubuntu's year and month. Another number means another release.
 */
export function releasesOf(distro: Distro): readonly EcosystemKey[] | undefined {
  const rule = rules.get(distro.id);
  if (rule !== undefined) {
    const release = rule.release(distro);
    return release === undefined ? undefined : rule.bases.map((base) => ({ base, release }));
  }
  const release = ubuntuCodenames.get(distro.codename ?? '');
  if (release !== undefined && distro.like.includes('ubuntu')) return [{ base: 'ubuntu', release }];
  const debianRelease = debianCodenames.get(distro.codename ?? '');
  if (debianRelease !== undefined && distro.like.includes('debian'))
    return [{ base: 'debian', release: debianRelease }];
  if (distro.like.includes('rhel') && major(distro) !== undefined)
    return [{ base: 'red hat', release: major(distro) ?? '' }];
  if (distro.like.includes('wolfi')) return [{ base: 'wolfi', release: '' }];
  return undefined;
}

/** What the `distro` qualifier and the namespace of a purl say: `pkg:deb/debian/…?distro=debian-12`. Source: purl-spec, types deb, apk, rpm. */
export function distroOfPurl(namespace: string, qualifier: string | undefined): Distro | undefined {
  const text = (qualifier ?? '').toLowerCase();
  const found = /^(?:(.*?)-)?v?(\d[\w.]*)(?:[ +(].*)?$/.exec(text);
  const named = found?.[1] ?? (found === null && text !== '' ? text : undefined);
  const id = idOfNamespace(named ?? namespace);
  if (id === '') return undefined;
  // A code name, bare or behind the id: `distro=bookworm`, `distro=ubuntu-jammy`.
  const last = text.slice(text.lastIndexOf('-') + 1);
  if (debianCodenames.has(last) || ubuntuCodenames.has(last)) {
    return { id: idOfNamespace(namespace), version: '', codename: last, like: [] };
  }
  return { id, version: found?.[2] ?? '', like: [] };
}

function idOfNamespace(namespace: string): string {
  const lower = namespace.toLowerCase();
  return namespaceIds.get(lower) ?? lower;
}

/** Producers write the vendor, or the id of os-release, or both. */
const namespaceIds: ReadonlyMap<string, string> = new Map([
  ['redhat', 'rhel'],
  ['oracle', 'ol'],
  ['oraclelinux', 'ol'],
  ['amazon', 'amzn'],
  ['rocky-linux', 'rocky'],
  ['rockylinux', 'rocky'],
  ['alma', 'almalinux'],
  ['opensuse.leap', 'opensuse-leap'],
  ['opensuse.tumbleweed', 'opensuse-tumbleweed'],
  ['cbl-mariner', 'mariner'],
]);
