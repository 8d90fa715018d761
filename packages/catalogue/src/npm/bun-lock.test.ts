import { describe, expect, it } from 'vitest';
import { parseBunLock } from './bun-lock.ts';

const parse = (text: string) => parseBunLock(Buffer.from(text));

// bun.sh/docs/install/lockfile
const lock = `{
  "lockfileVersion": 1,
  "workspaces": {
    "": {
      "name": "app",
      "dependencies": { "a": "^1.0.0", "w": "workspace:*", }, // trailing comma
      "devDependencies": { "t": "^1.0.0" },
    },
    "packages/w": { "name": "w", "dependencies": { "b": "^1.0.0" } },
  },
  "packages": {
    "@s/c": ["@s/c@3.0.0", "", {}, "sha1-qEeQIusaw2iocTibY1JixQXuNo8="],
    "a": ["a@1.0.0", "", { "dependencies": { "b": "^2.0.0", "@s/c": "3" } }, "sha1-qEeQIusaw2iocTibY1JixQXuNo8="],
    "a/b": ["b@2.0.0", "", {}, "sha1-qEeQIusaw2iocTibY1JixQXuNo8="],
    "b": ["b@1.0.0", "", {}, "sha1-qEeQIusaw2iocTibY1JixQXuNo8="],
    "g": ["g@github:who/g#abc", {}, "who-g-abc"],
    "t": ["t@1.0.0", "", {}, "sha1-qEeQIusaw2iocTibY1JixQXuNo8="],
    "w": ["w@workspace:packages/w"],
  },
}
`;

describe('a bun.lock', () => {
  it('is JSON with comments and trailing commas, and lists every place', () => {
    const { packages, rejected } = parse(lock);
    expect(rejected).toEqual([]);
    expect(packages.map(({ name, version, dev }) => [`${name}@${version}`, dev])).toEqual([
      ['@s/c@3.0.0', false],
      ['a@1.0.0', false],
      ['b@2.0.0', false],
      ['b@1.0.0', false],
      ['g@', true],
      ['t@1.0.0', true],
      ['w@', false],
    ]);
  });

  it('knows which of two versions is needed, and hashes', () => {
    expect(parse(lock).packages[1]).toMatchObject({
      dependsOn: ['a/b', '@s/c'],
      hashes: { sha1: 'a8479022eb1ac368a871389b635262c505ee368f' },
    });
  });

  it('has workspaces, which no registry has', () => {
    const workspace = parse(lock).packages.at(-1);
    expect(workspace).toMatchObject({ name: 'w', kind: 'application' });
    expect(workspace?.purl).toBeUndefined();
  });

  it('that is something else is refused', () => {
    expect(() => parse('{}')).toThrow(/not a lock file of bun/);
    expect(() => parse('{ // ')).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
  });

  it('tells entries that are none', () => {
    expect(parse('{"workspaces":{},"packages":{"a":[],"b":7}}').rejected).toHaveLength(2);
  });
});
