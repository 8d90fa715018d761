import { isDigest, type Location } from '@assay/contract';
import { findObject, findText, type JsonObject, toObjects } from '../json/value.ts';
import { ours, type Property } from './properties.ts';

/** A document may name millions of files for one component; beyond this many they help nobody. */
const maxLocations = 1000;

/**
 * Where a component was seen. Ours first, else what Syft, Trivy or cdxgen wrote. Syft's `layerID` and Trivy's `LayerDiffID` are digests of
 * unpacked layers, not those the manifest names, so they stay properties.
 */
export function toLocations(component: JsonObject, properties: readonly Property[]): readonly Location[] {
  const own = numbered(properties, ours.location);
  if (own.length > 0) return own;
  const syft = numbered(properties, /^syft:location:(\d{1,6}):(path)$/);
  if (syft.length > 0) return syft;
  const trivy = trivyLocation(properties);
  if (trivy !== undefined) return [trivy];
  const seen = new Set<string>();
  for (const occurrence of toObjects(findObject(component, 'evidence'), 'occurrences').slice(0, maxLocations)) {
    const location = findText(occurrence, 'location');
    if (location !== undefined) seen.add(relative(location));
  }
  if (seen.size === 0) {
    for (const { name, value } of properties) if (name === 'SrcFile') seen.add(relative(value));
  }
  return [...seen].map((path) => ({ path }));
}

function numbered(properties: readonly Property[], pattern: RegExp): readonly Location[] {
  const found = new Map<number, { path?: string; layer?: string }>();
  for (const { name, value } of properties) {
    const match = pattern.exec(name);
    if (match === null) continue;
    const index = Number(match[1]);
    const entry = found.get(index) ?? {};
    if (match[2] === 'layer') entry.layer = value;
    else entry.path = pattern === ours.location ? value : relative(value);
    if (found.size < maxLocations) found.set(index, entry);
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .flatMap(([, { path, layer }]) => {
      if (path === undefined) return [];
      return [layer !== undefined && isDigest(layer) ? { path, layer } : { path }];
    });
}

function trivyLocation(properties: readonly Property[]): Location | undefined {
  let path: string | undefined;
  let layer: string | undefined;
  for (const { name, value } of properties) {
    if (name === 'aquasecurity:trivy:FilePath') path = relative(value);
    else if (name === 'aquasecurity:trivy:LayerDigest') layer = value;
  }
  if (path === undefined) return undefined;
  return layer !== undefined && isDigest(layer) ? { path, layer } : { path };
}

function relative(path: string): string {
  return path.replace(/^\/+/, '');
}
