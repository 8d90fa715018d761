import { describe, expect, it } from 'vitest';
import { parseChallenges } from './challenge.ts';

const plain = (header: string | readonly string[] | undefined) =>
  parseChallenges(header).map(({ scheme, params }) => [scheme, Object.fromEntries(params)]);

describe('what a server wants to sign in', () => {
  // RFC 9110 §11.6.1: several challenges in one header, commas inside quotes, names without regard to case.
  it.each([
    ['Basic', [['basic', {}]]],
    ['Basic realm="a, b"', [['basic', { realm: 'a, b' }]]],
    [
      'BEARER Realm="https://t/",SERVICE=r,scope="repository:a:pull,push"',
      [['bearer', { realm: 'https://t/', service: 'r', scope: 'repository:a:pull,push' }]],
    ],
    [
      'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
      [
        ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
        ['basic', { realm: 'simple' }],
      ],
    ],
    [
      'Basic, Bearer realm="x"',
      [
        ['basic', {}],
        ['bearer', { realm: 'x' }],
      ],
    ],
    ['Bearer realm = "x" , service = "y"', [['bearer', { realm: 'x', service: 'y' }]]],
    ['Bearer realm="first",realm="second"', [['bearer', { realm: 'first' }]]],
    [
      'Bearer realm="open',
      [
        ['bearer', { realm: '' }],
        ['open', {}],
      ],
    ],
    ['', []],
    [',,,', []],
  ])('%s', (header, challenges) => {
    expect(plain(header)).toEqual(challenges);
  });

  it('may come in several headers, or in none', () => {
    expect(plain(['Basic', 'Bearer realm="x"'])).toEqual([
      ['basic', {}],
      ['bearer', { realm: 'x' }],
    ]);
    expect(plain(undefined)).toEqual([]);
  });

  it('is read in no time however long and twisted', () => {
    const began = performance.now();
    for (const part of ['"', '\\', '="', ',', 'a=', ' ', 'a="\\']) parseChallenges(part.repeat(500_000));
    expect(performance.now() - began).toBeLessThan(500);
  });
});
