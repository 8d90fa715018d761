import { decodeText, linesOf } from '../formats/decode-text.ts';
import { findKnownGroup } from './known-groups.ts';
import { isFilledIn } from './maven-name.ts';

/** The main attributes of a `MANIFEST.MF`, names in lower case. */
export type JarManifest = ReadonlyMap<string, string>;

/** Reads the main section. Source: "JAR File Specification": a line that starts with a space goes on with the one before. */
export function parseManifest(bytes: Uint8Array): JarManifest {
  const out = new Map<string, string>();
  let key: string | undefined;
  let parts: string[] = [];
  const finish = (): void => {
    if (key !== undefined) out.set(key, parts.join('').trim());
  };
  for (const line of linesOf(decodeText(bytes))) {
    if (line.trim() === '') {
      if (out.size > 0 || key !== undefined) break;
    } else if (line.startsWith(' ')) parts.push(line.slice(1));
    else {
      finish();
      const colon = line.indexOf(':');
      key = colon < 0 ? undefined : line.slice(0, colon).trim().toLowerCase();
      parts = [line.slice(colon + 1)];
    }
  }
  finish();
  return out;
}

/** The version the manifest gives; OSGi's own is last, since it must have four parts and is often padded. */
export function manifestVersion(manifest: JarManifest): string | undefined {
  return ['implementation-version', 'specification-version', 'plugin-version', 'bundle-version']
    .map((key) => manifest.get(key))
    .find(isFilledIn);
}

/** The artifact the manifest names; titles in prose are none. The bundle's name says less than that of the file. */
export function manifestArtifact(manifest: JarManifest): string | undefined {
  return ['short-name', 'extension-name', 'implementation-title', 'bundle-name']
    .map((key) => manifest.get(key))
    .find(isFilledIn);
}

/** The group: said outright, known, or what stands before the artifact in the bundle's or module's name. */
export function manifestGroup(manifest: JarManifest, artifact: string): string | undefined {
  const said = [manifest.get('group-id'), manifest.get('implementation-vendor-id')].find(isGroup);
  const known = findKnownGroup(artifact);
  // A vendor may be less exact than the group: `org.apache` of org.apache.velocity.
  if (said !== undefined && known?.startsWith(`${said}.`) !== true) return said;
  return known ?? groupOfDotted(symbolicName(manifest), artifact);
}

/** `org.slf4j.api;singleton:=true` → `org.slf4j.api`. */
function symbolicName(manifest: JarManifest): string | undefined {
  const text = (manifest.get('bundle-symbolicname') ?? manifest.get('automatic-module-name'))?.split(';', 1)[0]?.trim();
  return isFilledIn(text) ? text : undefined;
}

function isGroup(text: string | undefined): text is string {
  return isFilledIn(text) && /^[A-Za-z][\w-]*(?:\.[\w-]+)+$/.test(text);
}

function groupOfDotted(name: string | undefined, artifact: string): string | undefined {
  if (name === undefined || !name.includes('.')) return undefined;
  if (name.endsWith(`.${artifact}`)) return name.slice(0, -artifact.length - 1);
  // As a rule the bundle is group and artifact, less what both have in common: `org.apache.maven.core` is maven-core.
  const dot = name.lastIndexOf('.');
  const group = artifact.includes(name.slice(dot + 1)) ? name.slice(0, dot) : name;
  return group.includes('.') ? group : undefined;
}

/** Licences of the main attributes: `Bundle-License` (names or URLs, apart by commas) and Jenkins' `Plugin-License-Name`. */
export function manifestLicenses(manifest: JarManifest): string[] {
  const bundle = (manifest.get('bundle-license') ?? '').split(',').map((text) => text.split(';', 1)[0]?.trim() ?? '');
  return [...bundle, manifest.get('plugin-license-name') ?? ''].filter((text) => text !== '' && text.length <= 200);
}
