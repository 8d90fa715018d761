import { describe, expect, it } from 'vitest';
import { cleanPath } from './clean-path.ts';

describe('a path of an archive', () => {
  it.each([
    ['etc/passwd', 'etc/passwd'],
    ['/etc/passwd', 'etc/passwd'],
    ['//etc///passwd', 'etc/passwd'],
    ['./etc/./passwd/', 'etc/passwd'],
    ['etc/x/../passwd', 'etc/passwd'],
    ['etc/.hidden', 'etc/.hidden'],
    ['...', '...'],
    ['..data/x', '..data/x'],
    ['a/..b/c', 'a/..b/c'],
    ['./', ''],
    ['/', ''],
    ['', ''],
    ['a\\b', 'a\\b'],
  ])('%j becomes %j', (written, clean) => {
    expect(cleanPath(written)).toBe(clean);
  });

  it.each(['..', '../x', '/../x', 'a/../../x', 'a\0b', '/\0'])('%j is refused', (written) => {
    expect(() => cleanPath(written)).toThrow(/LAYER_INVALID/);
  });

  it('longer than any file system takes is refused', () => {
    expect(cleanPath('d/'.repeat(2047))).toHaveLength(4093);
    expect(() => cleanPath('d/'.repeat(10_000))).toThrow(/LIMIT_EXCEEDED.*20000 characters/);
  });
});
