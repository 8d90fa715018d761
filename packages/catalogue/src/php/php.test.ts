import { describe, expect, it } from 'vitest';
import { catalogueTexts } from '../../test/catalogue-texts.ts';
import { php } from './cataloguer.ts';
import { parseComposerInstalled, parseComposerLock } from './composer.ts';

const monolog = {
  name: 'monolog/monolog',
  version: '1.26.0',
  description: 'Sends your logs',
  license: ['MIT'],
  require: { php: '>=5.3.0', 'psr/log': '~1.0' },
  dist: { type: 'zip', shasum: 'a8479022eb1ac368a871389b635262c505ee368f' },
};
const log = { name: 'psr/log', version: '1.1.4', license: 'MIT' };
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

// getcomposer.org, "composer.lock"; the schema of composer.json for its packages
describe('packages of Composer', () => {
  it('of a lock file are those for use and those for development', () => {
    const { packages } = parseComposerLock(bytes({ packages: [monolog], 'packages-dev': [log] }));
    expect(packages).toMatchObject([
      {
        purl: 'pkg:composer/monolog/monolog@1.26.0',
        licenses: ['MIT'],
        hashes: { sha1: 'a8479022eb1ac368a871389b635262c505ee368f' },
        dependsOn: ['php', 'psr/log'],
        dev: false,
      },
      { purl: 'pkg:composer/psr/log@1.1.4', licenses: ['MIT'], dev: true },
    ]);
  });

  it('that are installed are listed by Composer 1 and 2', () => {
    expect(parseComposerInstalled(bytes([monolog, log])).packages).toHaveLength(2);
    const { packages } = parseComposerInstalled(
      bytes({ packages: [monolog, log], dev: true, 'dev-package-names': ['psr/log'] }),
    );
    expect(packages.map(({ name, dev }) => [name, dev])).toEqual([
      ['monolog/monolog', false],
      ['psr/log', true],
    ]);
  });

  it('come from the right files', () => {
    const texts = {
      'app/vendor/composer/installed.json': JSON.stringify([log]),
      'app/composer.lock': JSON.stringify({ packages: [monolog], 'packages-dev': [] }),
      'app/vendor/x/y/composer.lock': JSON.stringify({ packages: [{ name: 'x/no', version: '1' }] }),
      'app/installed.json': JSON.stringify([{ name: 'x/no', version: '1' }]),
    };
    const names = (kind: 'image' | 'directory') => catalogueTexts(php, kind, texts).packages.map(({ name }) => name);
    expect(names('image')).toEqual(['psr/log']);
    expect(names('directory')).toEqual(['monolog/monolog', 'psr/log']);
  });

  it('without name or version are told; files that are none refused', () => {
    expect(parseComposerLock(bytes({ packages: [{ name: 'a/b' }, 7] })).rejected).toHaveLength(2);
    expect(() => parseComposerLock(bytes({}))).toThrow(/not a composer.lock/);
    expect(() => parseComposerInstalled(bytes('x'))).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
  });
});
