import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildZip, type ZipPart } from '../../test/zip-builder.ts';
import { java } from './cataloguer.ts';
import { parseJar } from './jar.ts';
import { LargeJarReader } from './large-jar.ts';

const properties = (artifact: string, version: string): ZipPart => ({
  path: `META-INF/maven/org.example/${artifact}/pom.properties`,
  data: `version=${version}\ngroupId=org.example\nartifactId=${artifact}\n`,
});

/** Streams the archive by, then hands out the ranges that are asked for. */
function read(bytes: Buffer, path: string) {
  const reader = new LargeJarReader({ path, size: bytes.length, mode: 0o644 });
  for (let at = 0; at < bytes.length; at += 65_536) reader.write(bytes.subarray(at, at + 65_536));
  const look = reader.end();
  const asked = look.ranges.reduce((sum, { length }) => sum + length, 0);
  return {
    asked,
    listing: look.then(look.ranges.map(({ offset, length }) => bytes.subarray(offset, offset + length))),
  };
}

describe('a Java archive too large to be held', () => {
  const filler = { path: 'data.bin', data: Buffer.alloc(20 * 2 ** 20, 7), stored: true };
  const inner = buildZip([properties('inner', '2.0')]);
  const whole = buildZip([
    properties('app', '1.0'),
    { path: 'lib/inner-2.0.jar', data: inner, stored: true },
    filler,
    { path: 'lib/deflated-3.0.jar', data: buildZip([properties('deflated', '3.0')]), extra: Buffer.alloc(200) },
  ]);

  it('is read as if it were held, of which only little is asked for again', () => {
    const { asked, listing } = read(whole, 'app.jar');
    expect(asked).toBeLessThan(10_000);
    expect(listing).toEqual(parseJar(whole, 'app.jar'));
    expect(listing?.packages.map(({ name }) => name).sort()).toEqual([
      'org.example:app',
      'org.example:deflated',
      'org.example:inner',
    ]);
    expect(listing?.packages.find(({ name }) => name === 'org.example:app')?.hashes).toEqual({
      sha1: createHash('sha1').update(whole).digest('hex'),
    });
  });

  it('with more archives inside than are asked for again has the largest looked at from both ends', () => {
    const fill = (mib: number): ZipPart => ({ path: `${mib}.bin`, data: Buffer.alloc(mib * 2 ** 20), stored: true });
    const whole30 = buildZip([fill(30), properties('whole', '1.0')]);
    const atEnd = buildZip([fill(31), properties('end', '1.0')]);
    const atStart = buildZip([properties('start', '1.0'), fill(32)]);
    const inMiddle = buildZip([fill(16), properties('middle', '1.0'), fill(17)]);
    const bytes = buildZip([
      { path: 'lib/whole.jar', data: whole30, stored: true },
      { path: 'lib/end.jar', data: atEnd, stored: true, extra: Buffer.alloc(300) },
      { path: 'lib/start.jar', data: atStart, stored: true },
      { path: 'lib/middle-1.1.jar', data: inMiddle, stored: true },
      { path: 'lib/inner-2.0.jar', data: inner, stored: true },
    ]);
    const { asked, listing } = read(bytes, 'app-1.0.jar');
    expect(asked).toBeLessThan(56 * 2 ** 20);
    expect(listing?.packages.map(({ name, hashes }) => [name, Object.keys(hashes ?? {})]).sort()).toEqual([
      ['app:app', ['sha1']],
      ['middle:middle', []],
      ['org.example:end', []],
      ['org.example:inner', ['sha1']],
      ['org.example:start', []],
      ['org.example:whole', ['sha1']],
    ]);
    expect(listing?.rejected).toMatchObject([
      { at: '!/lib/middle-1.1.jar!/META-INF/maven/org.example/middle/pom.properties' },
    ]);
  });

  it('that is none is refused', () => {
    expect(() => read(Buffer.alloc(1000), 'app.jar')).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
  });

  it('is told by its size', () => {
    expect(java.select?.({ path: 'a.jar', size: 2 ** 30, mode: 0 }, 'image')).toBeInstanceOf(LargeJarReader);
    expect(java.select?.({ path: 'a.jar', size: 2 ** 20, mode: 0 }, 'image')).not.toBeInstanceOf(LargeJarReader);
  });
});
