import type { Target } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { type PathKind, parseTarget } from './parse-target.ts';

const hex = 'a'.repeat(64);

/** A disk with these paths on it. */
const disk = (paths: Readonly<Record<string, PathKind>>) => (path: string) =>
  Object.hasOwn(paths, path) ? paths[path] : undefined;

const place = disk({
  './layout': 'layout',
  layout: 'layout',
  'image.tar': 'archive',
  app: 'directory',
  'bom.json': 'sbom',
  notes: 'file',
  'odd:name': 'directory',
  'C:\\work': 'directory',
  '5000': 'layout',
});

// Expected: the target kinds of issue 3, in its own words: a registry reference, oci:DIR[@digest], OCI and docker archives, dir:PATH, sbom:FILE with `-`.
const said: readonly (readonly [text: string, target: Target])[] = [
  ['registry:alpine:3.20', { kind: 'registry', reference: 'alpine:3.20' }],
  [
    `registry:localhost:5000/team/app@sha256:${hex}`,
    { kind: 'registry', reference: `localhost:5000/team/app@sha256:${hex}` },
  ],
  ['oci:layout', { kind: 'oci-layout', path: 'layout' }],
  [`oci:./layout@sha256:${hex}`, { kind: 'oci-layout', path: './layout', selector: `@sha256:${hex}` }],
  ['oci-dir:layout:v1', { kind: 'oci-layout', path: 'layout', selector: ':v1' }],
  ['oci-archive:image.tar', { kind: 'archive', path: 'image.tar' }],
  ['docker-archive:image.tar:app:1', { kind: 'archive', path: 'image.tar', selector: ':app:1' }],
  [
    'docker-archive:image.tar:ghcr.io/team/app:1',
    { kind: 'archive', path: 'image.tar', selector: ':ghcr.io/team/app:1' },
  ],
  ['dir:app', { kind: 'directory', path: 'app' }],
  ['dir:layout', { kind: 'directory', path: 'layout' }],
  ['sbom:bom.json', { kind: 'sbom', path: 'bom.json' }],
  ['sbom:notes', { kind: 'sbom', path: 'notes' }],
  ['sbom:-', { kind: 'sbom', path: '-' }],
  ['-', { kind: 'sbom', path: '-' }],
];

const guessed: readonly (readonly [text: string, target: Target, words: RegExp])[] = [
  ['alpine', { kind: 'registry', reference: 'alpine' }, /"alpine" is taken for an image in a registry/],
  ['alpine:3.20', { kind: 'registry', reference: 'alpine:3.20' }, /registry/],
  ['ghcr.io/team/app:1.2', { kind: 'registry', reference: 'ghcr.io/team/app:1.2' }, /registry/],
  ['localhost:5000/app', { kind: 'registry', reference: 'localhost:5000/app' }, /registry/],
  ['[::1]:5000/app', { kind: 'registry', reference: '[::1]:5000/app' }, /registry/],
  [`app@sha256:${hex}`, { kind: 'registry', reference: `app@sha256:${hex}` }, /registry/],
  ['registry:2', { kind: 'registry', reference: 'registry:2' }, /registry/],
  ['docker:24-dind', { kind: 'registry', reference: 'docker:24-dind' }, /registry/],
  ['registry:5000/app', { kind: 'registry', reference: 'registry:5000/app' }, /registry/],
  ['docker://alpine:3', { kind: 'registry', reference: 'alpine:3' }, /registry/],
  ['app', { kind: 'directory', path: 'app' }, /a folder; if it is not, name it as "registry:app"/],
  ['odd:name', { kind: 'directory', path: 'odd:name' }, /a folder/],
  ['./layout', { kind: 'oci-layout', path: './layout' }, /an OCI layout$/],
  [`layout@sha256:${hex}`, { kind: 'oci-layout', path: 'layout', selector: `@sha256:${hex}` }, /an OCI layout/],
  ['layout:v1', { kind: 'oci-layout', path: 'layout', selector: ':v1' }, /an OCI layout/],
  ['image.tar', { kind: 'archive', path: 'image.tar' }, /an image archive/],
  ['bom.json', { kind: 'sbom', path: 'bom.json' }, /an SBOM/],
  ['C:\\work', { kind: 'directory', path: 'C:\\work' }, /a folder/],
];

const refused: readonly (readonly [text: string, code: string, words: RegExp])[] = [
  ['', 'TARGET_UNKNOWN', /empty/],
  ['a\0b', 'TARGET_UNKNOWN', /no target/],
  ['x'.repeat(5000), 'TARGET_UNKNOWN', /no target/],
  ['oci:', 'TARGET_UNKNOWN', /names nothing after oci:/],
  ['oci:missing', 'FILE_NOT_FOUND', /"missing" does not exist/],
  [`oci:missing@sha256:${hex}`, 'FILE_NOT_FOUND', /"missing" does not exist/],
  ['dir:missing', 'FILE_NOT_FOUND', /missing/],
  ['dir:bom.json', 'TARGET_UNKNOWN', /a file, not a folder/],
  ['sbom:app', 'TARGET_UNKNOWN', /a folder, not a document/],
  ['oci:bom.json', 'TARGET_UNKNOWN', /not a layout folder/],
  ['docker-archive:app', 'TARGET_UNKNOWN', /a folder, not an archive/],
  ['registry:UPPER', 'TARGET_UNKNOWN', /not an image reference/],
  ['./missing', 'FILE_NOT_FOUND', /does not exist/],
  ['/etc/missing', 'FILE_NOT_FOUND', /does not exist/],
  ['~/missing', 'FILE_NOT_FOUND', /does not exist/],
  ['missing.json', 'FILE_NOT_FOUND', /does not exist/],
  ['Alpine', 'TARGET_UNKNOWN', /image names are lower case/],
  ['https://example.org/bom.json', 'FILE_NOT_FOUND', /does not exist/],
  ['https://example.org/app', 'TARGET_UNKNOWN', /a URL/],
  ['notes', 'TARGET_UNKNOWN', /neither an image archive nor an SBOM/],
  ['docker:alpine', 'TARGET_UNKNOWN', /another program/],
  ['app@sha256:short', 'TARGET_UNKNOWN', /neither on this disk nor an image reference/],
  ['two words', 'TARGET_UNKNOWN', /neither/],
];

describe('a target with a prefix', () => {
  for (const [text, target] of said) {
    it(`takes ${text.slice(0, 60)} at its word`, async () => {
      expect(await parseTarget(text, place)).toEqual({ target, guessed: undefined });
    });
  }
});

describe('a bare word', () => {
  for (const [text, target, words] of guessed) {
    it(`reads ${text.slice(0, 60)} as ${target.kind} and says so`, async () => {
      const parsed = await parseTarget(text, place);
      expect(parsed.target).toEqual(target);
      expect(parsed.guessed).toMatch(words);
    });
  }

  it('is looked for on the disk before it is an image', async () => {
    expect((await parseTarget('alpine', disk({ alpine: 'directory' }))).target.kind).toBe('directory');
  });

  it('keeps a layout folder that is named like a port apart from a host', async () => {
    expect((await parseTarget('oci:5000', place)).target).toEqual({ kind: 'oci-layout', path: '5000' });
  });
});

describe('a word that is no target', () => {
  for (const [text, code, words] of refused) {
    it(`is refused: ${JSON.stringify(text.slice(0, 40))}`, async () => {
      const problem = await parseTarget(text, place).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(problem).toMatchObject({ code });
      expect(String(problem)).toMatch(words);
      expect(String(problem).length).toBeLessThan(400);
    });
  }

  it('says how to save an image of a daemon', async () => {
    await expect(parseTarget('podman:app', place)).rejects.toMatchObject({
      hint: expect.stringContaining('podman save'),
    });
  });
});
