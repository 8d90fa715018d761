import { dirname, join, normalize } from 'node:path';
import { emptyNames, environmentReaders, layers, pureRooms, tooLong } from './layers.ts';
import type { SourceFile } from './source-files.ts';

/** One broken rule, as a sentence for the person who broke it. */
export interface Breach {
  readonly path: string;
  readonly why: string;
}

/** What a workspace's package.json says it needs. */
export type Declared = ReadonlyMap<string, ReadonlySet<string>>;

const importPattern = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([@\w./:-]+)\1/g;

/** The specifiers a file imports; comments are left out. */
export function importsOf(text: string): readonly string[] {
  const bare = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...bare.matchAll(importPattern)].map((match) => match[2] ?? '');
}

/** All breaches of the layers of `layers.ts` in these files. */
export function checkLayers(files: readonly SourceFile[], declared: Declared): readonly Breach[] {
  return files.flatMap((file) => [
    ...nameBreaches(file),
    ...sizeBreaches(file),
    ...textBreaches(file),
    ...importBreaches(file, declared),
  ]);
}

function nameBreaches(file: SourceFile): readonly Breach[] {
  const bad = file.path.split('/').find((part) => emptyNames.has(part.replace(/\.ts$/, '')));
  return bad === undefined ? [] : [{ path: file.path, why: `"${bad}" says nothing about what is in it` }];
}

/** Data typed as code may be long; code may not. */
const maxLines = 420;

function sizeBreaches(file: SourceFile): readonly Breach[] {
  const lines = file.text.split('\n').length;
  const isTooLong = lines > maxLines && !file.isTest;
  if (!isTooLong && tooLong.has(file.path))
    return [{ path: file.path, why: 'is no longer too long: take it off the list' }];
  return isTooLong && !tooLong.has(file.path)
    ? [{ path: file.path, why: `${lines} lines: a file holds one thing` }]
    : [];
}

function textBreaches(file: SourceFile): readonly Breach[] {
  if (file.isTest) return [];
  const out: Breach[] = [];
  if (/\bprocess\.env\b/.test(file.text) && !environmentReaders.some((pattern) => pattern.test(file.path)))
    out.push({ path: file.path, why: "only an app's config.ts reads the environment" });
  if (pureRooms.has(file.room) && /\bDate\.now\(|\bnew Date\(\)/.test(file.text))
    out.push({ path: file.path, why: 'a pure room has no clock: take the time as an input' });
  if (/\b(?:error|cause|failure|reason)\.message\s*(?:===|!==|\.includes|\.startsWith|\.match)/.test(file.text))
    out.push({ path: file.path, why: "compares an error's message: compare its code" });
  return out;
}

function importBreaches(file: SourceFile, declared: Declared): readonly Breach[] {
  const allowed = layers[file.room];
  if (allowed === undefined) return [{ path: file.path, why: `${file.room} is not in tools/layers.ts` }];
  return importsOf(file.text).flatMap((specifier) => {
    const why = whyRefused(file, specifier, allowed, declared);
    return why === undefined ? [] : [{ path: file.path, why: `imports ${specifier}: ${why}` }];
  });
}

function whyRefused(
  file: SourceFile,
  specifier: string,
  allowed: readonly string[],
  declared: Declared,
): string | undefined {
  if (specifier.startsWith('.')) {
    const target = normalize(join(dirname(file.path), specifier));
    return target.startsWith(`${file.room}/`) ? undefined : 'a relative path that leaves its package';
  }
  if (specifier.startsWith('node:')) {
    return pureRooms.has(file.room) && !file.isTest ? 'a pure room does no I/O' : undefined;
  }
  const ours = /^@assay\/([^/]+)(\/.*)?$/.exec(specifier);
  if (ours !== null) {
    if (ours[2] !== undefined) return 'a deep import past index.ts';
    const [, name = ''] = ours;
    if (file.isTest) return undefined;
    if (!allowed.includes(name)) return `${file.room} may import ${allowed.join(', ') || 'nothing of ours'}`;
  } else if (file.isTest) {
    return undefined;
  }
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '');
  return declared.get(file.room)?.has(name) === true ? undefined : `${name} is not in ${file.room}/package.json`;
}
