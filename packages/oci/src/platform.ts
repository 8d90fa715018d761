import { AssayError, type Platform } from '@assay/contract';

/** What people call an architecture and what Go, and so OCI, calls it. Source: containerd/platforms, `normalizeArch`. */
const architectureNames = new Map<string, { readonly architecture: string; readonly variant?: string }>([
  ['x86_64', { architecture: 'amd64' }],
  ['x86-64', { architecture: 'amd64' }],
  ['x64', { architecture: 'amd64' }],
  ['i386', { architecture: '386' }],
  ['ia32', { architecture: '386' }],
  ['aarch64', { architecture: 'arm64' }],
  ['armhf', { architecture: 'arm', variant: 'v7' }],
  ['armel', { architecture: 'arm', variant: 'v6' }],
  ['ppc64', { architecture: 'ppc64le' }],
]);

/** A variant that means the same as none. */
const usualVariant = new Map([
  ['arm64', 'v8'],
  ['amd64', 'v1'],
  ['arm', 'v7'],
]);

const word = /^[a-z0-9_][a-z0-9_.-]{0,63}$/;
const osWord = /^([a-z0-9_][a-z0-9_.-]{0,63})(?:\(([0-9A-Za-z_.-]{1,64})\))?$/;

function normal(os: string, architecture: string, variant: string | undefined, osVersion?: string): Platform {
  const known = architectureNames.get(architecture);
  const name = known?.architecture ?? architecture;
  const kind = variant ?? known?.variant;
  const written = kind !== undefined && /^\d/.test(kind) ? `v${kind}` : kind;
  return {
    os: os === 'macos' ? 'darwin' : os,
    architecture: name,
    ...(written !== undefined && { variant: written }),
    ...(osVersion !== undefined && { osVersion }),
  };
}

/** Reads `os/arch[/variant]`, such as `linux/arm64/v8`; `os(version)/arch` as containerd writes it. Other spellings (`x86_64`, `aarch64`) are understood. Throws OPTION_INVALID. */
export function parsePlatform(text: string): Platform {
  const [os = '', architecture, variant, ...more] = text.trim().toLowerCase().split('/');
  const system = osWord.exec(os);
  const sound =
    system?.[1] !== undefined &&
    architecture !== undefined &&
    word.test(architecture) &&
    (variant === undefined || word.test(variant)) &&
    more.length === 0;
  if (!sound) {
    throw new AssayError('OPTION_INVALID', `${JSON.stringify(text.slice(0, 80))} is not a platform`, {
      hint: 'Give it as OS/ARCH[/VARIANT], such as linux/amd64 or linux/arm/v7.',
    });
  }
  return normal(system[1] ?? os, architecture, variant, system[2]);
}

/** `os/arch[/variant]`. */
export function formatPlatform(platform: Platform): string {
  const variant = platform.variant === undefined ? '' : `/${platform.variant}`;
  return `${platform.os}/${platform.architecture}${variant}`;
}

/** What images for this machine run on: Linux, since containers do, on the machine's own processor. */
export function hostPlatform(architecture: string = process.arch): Platform {
  return normal('linux', architecture, undefined);
}

function variantOf(platform: Platform): string | undefined {
  return platform.variant === ''
    ? usualVariant.get(platform.architecture)
    : (platform.variant ?? usualVariant.get(platform.architecture));
}

/**
 * How well an image's platform serves the wanted one: 0 not at all, more is better.
 * An arm processor runs what was built for its predecessors; a wish without a variant is content with any. Source: containerd/platforms, `Only`.
 */
export function platformFit(wanted: Platform, offered: Platform): number {
  const want = normal(wanted.os, wanted.architecture, wanted.variant, wanted.osVersion);
  const offer = normal(offered.os, offered.architecture, offered.variant, offered.osVersion);
  if (want.os !== offer.os || want.architecture !== offer.architecture) return 0;
  if (
    want.osVersion !== undefined &&
    offer.osVersion !== undefined &&
    !`${offer.osVersion}.`.startsWith(`${want.osVersion}.`)
  )
    return 0;
  const wantVariant = variantOf(want);
  const offerVariant = variantOf(offer);
  if (wantVariant === offerVariant) return 100;
  if (want.variant === undefined) return 10;
  if (want.architecture !== 'arm' || wantVariant === undefined || offerVariant === undefined) return 0;
  const difference = Number(wantVariant.slice(1)) - Number(offerVariant.slice(1));
  return difference > 0 ? Math.max(20, 90 - difference) : 0;
}

/** Attestations hang in an index as images for `unknown/unknown`. Source: BuildKit, attestation-storage.md. */
export function isAttestationPlatform(platform: Platform | undefined): boolean {
  return platform?.os === 'unknown' && platform.architecture === 'unknown';
}
