import { describe, expect, it } from 'vitest';
import {
  readPurlFacts,
  readSourceInfo,
  toEcosystemName,
  withSourceVersion,
  withVersionOfPurl,
} from './producer-conventions.ts';

describe('what producers write into sourceInfo', () => {
  // Sources: SPDX documents of Trivy 0.74 and Syft 1.54 over the same image.
  it('is the source package in Trivy’s', () => {
    expect(readSourceInfo('built package from: zlib 1:1.2.13.dfsg-1')).toEqual({
      source: { name: 'zlib', version: '1:1.2.13.dfsg-1' },
      paths: [],
    });
    expect(readSourceInfo('package found in: usr/local/bin/app-a').paths).toEqual(['usr/local/bin/app-a']);
  });

  it('is the files in Syft’s', () => {
    const text = 'acquired package info from DPKG DB: /var/lib/dpkg/status.d/a, /var/lib/dpkg/status.d/a, b.md5sums';
    expect(readSourceInfo(text).paths).toEqual(['var/lib/dpkg/status.d/a', 'var/lib/dpkg/status.d/a, b.md5sums']);
  });

  it('is nothing in others’', () => {
    expect(readSourceInfo('built from git: https://example.org')).toEqual({ paths: [] });
    expect(readSourceInfo('built package from: ')).toEqual({ paths: [] });
  });
});

describe('what a package URL tells', () => {
  // Sources: purl-spec, the pages of the types deb and rpm; Syft's `upstream`.
  it.each([
    [
      'pkg:deb/debian/libc6@2.36-9?arch=amd64&upstream=glibc',
      { arch: 'amd64', source: { name: 'glibc', version: '' } },
    ],
    ['pkg:deb/debian/a@1?upstream=b%401.2', { source: { name: 'b', version: '1.2' } }],
    [
      'pkg:rpm/redhat/libcurl@7.61.1-22.el8?arch=x86_64&upstream=curl-7.61.1-22.el8.src.rpm',
      { arch: 'x86_64', source: { name: 'curl', version: '7.61.1-22.el8' } },
    ],
    ['pkg:maven/org.slf4j/slf4j-api@1.7', { name: 'org.slf4j:slf4j-api' }],
    ['pkg:npm/%40babel/core@7', { name: '@babel/core' }],
    ['https://example.org', {}],
  ])('reads %s', (purl, facts) => expect(readPurlFacts(purl)).toEqual(facts));

  // Sources: Syft writes Maven's artifact alone; GitHub's dependency graph export wrote the ecosystem before the name.
  it.each([
    ['slf4j-api', 'pkg:maven/org.slf4j/slf4j-api@1.7', 'org.slf4j:slf4j-api'],
    ['maven:org.slf4j:slf4j-api', 'pkg:maven/org.slf4j/slf4j-api@1.7', 'org.slf4j:slf4j-api'],
    ['npm:@babel/core', 'pkg:npm/%40babel/core@7', '@babel/core'],
    ['pip:requests', 'pkg:pypi/requests@2', 'requests'],
    ['npm:left', 'pkg:generic/left', 'npm:left'],
    ['Jinja2', 'pkg:pypi/jinja2@2.10', 'Jinja2'],
    ['zlib', undefined, 'zlib'],
  ])('calls %s of %s %s', (given, purl, name) => {
    expect(toEcosystemName(given, purl, purl === undefined ? {} : readPurlFacts(purl))).toBe(name);
  });

  it('takes the epoch of an RPM from its qualifier', () => {
    expect(withVersionOfPurl('4.14-1', 'pkg:rpm/redhat/rpm@4.14-1?epoch=2')).toBe('2:4.14-1');
    expect(withVersionOfPurl('2:4.14-1', 'pkg:rpm/redhat/rpm@4.14-1?epoch=2')).toBe('2:4.14-1');
    expect(withVersionOfPurl(undefined, 'pkg:npm/a@1.2')).toBe('1.2');
  });

  it('gives a source without version the version of the package', () => {
    const deb = 'pkg:deb/debian/zlib1g@1.2';
    expect(withSourceVersion({ name: 'zlib', version: '' }, '1:1.2', deb)).toEqual({ name: 'zlib', version: '1:1.2' });
    expect(withSourceVersion({ name: 'b', version: '9' }, '1', deb)).toEqual({ name: 'b', version: '9' });
  });

  // The first is Debian 12's bsdutils; the file name of a source RPM has no place for an epoch.
  it('gives a source the epoch of the package for RPM only', () => {
    const source = { name: 'util-linux', version: '2.38.1-5' };
    expect(withSourceVersion(source, '1:2.38.1-5', 'pkg:deb/debian/bsdutils@1%3A2.38.1-5')).toEqual(source);
    expect(withSourceVersion(source, '1:2.38.1-5', 'pkg:rpm/redhat/bsdutils@2.38.1-5?epoch=1')?.version).toBe(
      '1:2.38.1-5',
    );
  });
});
