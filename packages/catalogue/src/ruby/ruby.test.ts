import { describe, expect, it } from 'vitest';
import { catalogueTexts } from '../../test/catalogue-texts.ts';
import { ruby } from './cataloguer.ts';
import { parseGemfileLock } from './gemfile-lock.ts';
import { parseGemspec } from './gemspec.ts';

const installed = (name: string, version: string, more = ''): string => `# -*- encoding: utf-8 -*-
# stub: ${name} ${version} ruby lib

Gem::Specification.new do |s|
  s.name = "${name}".freeze
  s.version = "${version}"
${more}end
`;

// guides.rubygems.org, "Specification Reference"; what RubyGems' Specification#to_ruby writes
describe('a gemspec', () => {
  it('as RubyGems writes it says name, version, licences, authors and what is needed', () => {
    const text = installed(
      'rails',
      '7.0.4',
      `  s.authors = ["David Heinemeier Hansson".freeze]
  s.licenses = ["MIT".freeze, "Ruby".freeze]
  s.summary = "Full-stack \\"web\\" framework.".freeze
  s.platform = "java".freeze
  if s.respond_to? :specification_version then
    s.add_runtime_dependency(%q<actionpack>.freeze, ["= 7.0.4".freeze])
    s.add_dependency(%q<bundler>.freeze, [">= 1.15.0".freeze])
    s.add_development_dependency(%q<minitest>, [">= 0"])
  end
`,
    );
    expect(parseGemspec(Buffer.from(text), 'specifications/rails-7.0.4.gemspec')).toEqual({
      name: 'rails',
      version: '7.0.4',
      platform: 'java',
      licenses: ['MIT', 'Ruby'],
      summary: 'Full-stack "web" framework.',
      authors: ['David Heinemeier Hansson'],
      needs: ['actionpack', 'bundler'],
    });
  });

  it('whose version is computed is told by its first line or its file name', () => {
    const text = 'Gem::Specification.new do |s|\n  s.name = "json"\n  s.version = File.read("VERSION")\nend\n';
    expect(parseGemspec(Buffer.from(text), 'specifications/json-2.6.3-java.gemspec').version).toBe('2.6.3');
    expect(parseGemspec(Buffer.from(`# stub: json 2.0 ruby lib\n${text}`), 'specifications/x.gemspec').version).toBe(
      '2.0',
    );
    expect(() => parseGemspec(Buffer.from(text), 'specifications/x.gemspec')).toThrow(
      expect.objectContaining({ code: 'FILE_UNREADABLE' }),
    );
  });
});

describe('gems', () => {
  it('in an image are the installed ones, those of Ruby itself too, not the sources they brought', () => {
    const { packages } = catalogueTexts(ruby, 'image', {
      'usr/lib/ruby/gems/3.1.0/specifications/rack-2.2.3.gemspec': installed(
        'rack',
        '2.2.3',
        '  s.add_dependency("json", ["> 1"])\n',
      ),
      'usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec': installed('json', '2.6.1'),
      'usr/lib/ruby/gems/3.1.0/gems/rack-2.2.3/rack.gemspec': installed('rack', '9.9.9'),
      'app/Gemfile.lock': 'GEM\n  specs:\n    a (1.0)\n',
    });
    expect(packages.map(({ purl }) => purl)).toEqual(['pkg:gem/json@2.6.1', 'pkg:gem/rack@2.2.3']);
    expect(packages[1]?.dependsOn).toEqual(['ruby:pkg:gem/json@2.6.1']);
  });

  it('in a folder are those of its lock file, its own gemspec, and what is installed', () => {
    const { packages } = catalogueTexts(ruby, 'directory', {
      'Gemfile.lock': 'GEM\n  specs:\n    rack (2.2.3)\n',
      'tool.gemspec': 'Gem::Specification.new do |s|\n  s.name = "tool"\n  s.version = Tool::VERSION\nend\n',
      'vendor/bundle/ruby/3.1.0/specifications/rack-2.2.3.gemspec': installed('rack', '2.2.3'),
      'vendor/bundle/ruby/3.1.0/gems/rack-2.2.3/Gemfile.lock': 'GEM\n  specs:\n    b (1.0)\n',
    });
    expect(packages.map(({ name, version, kind }) => [name, version, kind])).toEqual([
      ['rack', '2.2.3', 'library'],
      ['tool', '', 'application'],
    ]);
  });
});

// bundler's LockfileParser
describe('a Gemfile.lock', () => {
  const lock = `GIT
  remote: https://host/x.git
  revision: abc
  specs:
    x (0.1.0)
      rack

PATH
  remote: .
  specs:
    own (1.0)

GEM
  remote: https://host/
  specs:
    nokogiri (1.15.4-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.1)
    rack (2.2.3)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  nokogiri
  x!

CHECKSUMS
  rack (2.2.3) sha256=${'a'.repeat(64)}

RUBY VERSION
   ruby 3.2.2p53

BUNDLED WITH
   2.4.10
`;

  it('lists the specs of every source, with platform, hash and needs', () => {
    const { packages, rejected } = parseGemfileLock(Buffer.from(lock));
    expect(rejected).toEqual([]);
    expect(packages.map(({ purl }) => purl)).toEqual([
      'pkg:gem/x@0.1.0',
      'pkg:gem/own@1.0',
      'pkg:gem/nokogiri@1.15.4',
      'pkg:gem/racc@1.7.1',
      'pkg:gem/rack@2.2.3',
    ]);
    expect(packages[2]).toMatchObject({ dependsOn: ['racc'], properties: [{ value: 'x86_64-linux' }] });
    expect(packages[4]?.hashes).toEqual({ sha256: 'a'.repeat(64) });
  });

  it('with the line ends of Windows is the same; sections nobody knows are told', () => {
    expect(parseGemfileLock(Buffer.from(lock.replaceAll('\n', '\r\n'))).packages).toHaveLength(5);
    expect(parseGemfileLock(Buffer.from('BAD\n    a (1.0)\n'))).toMatchObject({
      packages: [],
      rejected: [{ at: 'line 1' }, { at: 'line 2' }],
    });
  });
});

describe('a hostile gemspec', () => {
  it('of quotes that are never closed costs no more than its length', () => {
    const start = performance.now();
    for (const text of ['\\"'.repeat(500_000), '"'.repeat(500_001), '%q<'.repeat(300_000)]) {
      expect(() => parseGemspec(Buffer.from(`s.name = "${text}`), 'specifications/x.gemspec')).toThrow(
        expect.objectContaining({ code: 'FILE_UNREADABLE' }),
      );
    }
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
