import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root: string = fileURLToPath(new URL('..', import.meta.url));

export interface SourceFile {
  /** `/`-separated, from the root. */
  readonly path: string;
  /** The workspace it is in: `packages/oci`. */
  readonly room: string;
  /** Whether it is a test, or serves tests only. */
  readonly isTest: boolean;
  readonly text: string;
}

/** The workspaces, as `packages/oci`. */
export function rooms(): readonly string[] {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${group}/${entry.name}`),
  );
}

/** Every TypeScript file of every workspace. */
export function sourceFiles(): readonly SourceFile[] {
  return rooms().flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /^(?:src|test)\/.*\.tsx?$/.test(name))
      .map((name) => ({
        path: `${room}/${name}`,
        room,
        isTest: name.startsWith('test/') || name.endsWith('.test.ts') || room === 'packages/testkit',
        text: readFileSync(join(root, room, name), 'utf8'),
      })),
  );
}
