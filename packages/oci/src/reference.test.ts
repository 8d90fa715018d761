import { describe, expect, it } from 'vitest';
import { formatReference, parseReference } from './reference.ts';

const hex = 'a'.repeat(64);

// Cases after the tables of distribution/reference: reference_test.go and normalize_test.go.
const good: [text: string, full: string][] = [
  ['alpine', 'docker.io/library/alpine'],
  ['alpine:3.20', 'docker.io/library/alpine:3.20'],
  ['docker.io/alpine', 'docker.io/library/alpine'],
  ['docker.io/library/alpine', 'docker.io/library/alpine'],
  ['index.docker.io/bitnami/redis', 'docker.io/bitnami/redis'],
  ['bitnami/redis', 'docker.io/bitnami/redis'],
  ['library/alpine', 'docker.io/library/alpine'],
  ['localhost/app', 'localhost/app'],
  ['localhost:5000/app:1', 'localhost:5000/app:1'],
  ['registry.example/a/b/c', 'registry.example/a/b/c'],
  ['registry.example:8443/a__b/c-d.e:tag-1_2.3', 'registry.example:8443/a__b/c-d.e:tag-1_2.3'],
  ['foo/foo_bar.com:8080', 'docker.io/foo/foo_bar.com:8080'],
  ['foo_bar.com:8080', 'docker.io/library/foo_bar.com:8080'],
  ['xn--n3h.com/myimage:xn--n3h.com', 'xn--n3h.com/myimage:xn--n3h.com'],
  ['HOST.example/app', 'HOST.example/app'],
  ['Registry/app', 'Registry/app'],
  ['192.168.1.1/app', '192.168.1.1/app'],
  ['[2001:db8::1]/repo', '[2001:db8::1]/repo'],
  ['[2001:db8::1]:5000/repo:tag', '[2001:db8::1]:5000/repo:tag'],
  ['[::1]:5000/repo', '[::1]:5000/repo'],
  [`alpine@sha256:${hex}`, `docker.io/library/alpine@sha256:${hex}`],
  [`registry.example/app:1@sha256:${hex}`, `registry.example/app:1@sha256:${hex}`],
  [`app:${'t'.repeat(128)}`, `docker.io/library/app:${'t'.repeat(128)}`],
  ['a--b/c---d', 'docker.io/a--b/c---d'],
  // The host does not count towards the 255 characters of the repository.
  [`registry.example/${'a'.repeat(255)}`, `registry.example/${'a'.repeat(255)}`],
  [`${'a/'.repeat(127)}a:tag-puts-this-over-max`, `docker.io/${'a/'.repeat(127)}a:tag-puts-this-over-max`],
  ['lowercase:Uppercase', 'docker.io/library/lowercase:Uppercase'],
  ['test.com:5000', 'docker.io/library/test.com:5000'],
  ['192.168.1.1:5000', 'docker.io/library/192.168.1.1:5000'],
  ['192.168.1.1:5000/repo:5050', '192.168.1.1:5000/repo:5050'],
  ['b.gcr.io/test.example.com/my-app:test.example.com', 'b.gcr.io/test.example.com/my-app:test.example.com'],
  [
    `xn--7o8h.com/myimage:xn--7o8h.com@sha512:${'f'.repeat(128)}`,
    `xn--7o8h.com/myimage:xn--7o8h.com@sha512:${'f'.repeat(128)}`,
  ],
  [`[2001:db8::1]:5000/repo:tag@sha256:${hex}`, `[2001:db8::1]:5000/repo:tag@sha256:${hex}`],
];

const bad: [text: string, why: string][] = [
  ['', 'empty'],
  ['Alpine', 'lower case'],
  ['docker/docker:', 'tag'],
  ['registry.example/Uppercase', 'lower case'],
  [`app:${'t'.repeat(129)}`, 'tag'],
  ['app:-x', 'tag'],
  ['app:.x', 'tag'],
  ['-foo/bar', 'not well formed'],
  ['foo/bar-', 'not well formed'],
  ['foo//bar', 'not well formed'],
  ['foo/bar/', 'not well formed'],
  ['a___b', 'not well formed'],
  ['a..b', 'not well formed'],
  ['-registry.example/app', 'not a host'],
  ['registry.example:port/app', 'not a host'],
  ['registry.example:99999/app', 'not a host'],
  ['[fd00:1:2::3%25eth0]/app', 'not a host'],
  ['[2001:db8::1/app', 'not a host'],
  ['https://registry.example/app', 'no scheme'],
  [hex, 'image id'],
  ['app@sha256:abc', '@'],
  [`app@sha256:${hex.toUpperCase()}`, '@'],
  [`app@md5:${'a'.repeat(32)}`, '@'],
  [`registry.example/${'a'.repeat(256)}`, 'longer than 255'],
  [`${'a/'.repeat(128)}a:tag`, 'longer than 255'],
  [':justtag', 'not well formed'],
  [`@sha256:${hex}`, 'not well formed'],
  ['aa/asdf$$^/aa', 'not well formed'],
  ['test:5000/Uppercase/lowercase:tag', 'lower case'],
  ['[2001:db8::1]', 'tag'],
  ['[2001:db8::1]:5000', 'not well formed'],
  ['[fe80::1%eth0]:5000/repo', 'not a host'],
  ['app:tag@sha256:', '@'],
  ['registry.example/', 'not well formed'],
  ['app name', 'not well formed'],
  ['app\n', 'not well formed'],
  ['..', 'not well formed'],
  ['a'.repeat(1000), 'longer'],
];

describe('an image reference', () => {
  it.each(good)('%s means %s', (text, full) => {
    expect(formatReference(parseReference(text))).toBe(full);
    expect(parseReference(formatReference(parseReference(text)))).toEqual(parseReference(text));
  });

  it.each(bad)('%j is refused', (text, why) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'REFERENCE_INVALID', detail: expect.stringContaining(why) }),
    );
  });

  it('takes its parts apart', () => {
    expect(parseReference(`localhost:5000/a/b:v1@sha256:${hex}`)).toEqual({
      registry: 'localhost:5000',
      repository: 'a/b',
      tag: 'v1',
      digest: `sha256:${hex}`,
    });
  });

  it('is refused in no time however long and twisted', () => {
    const began = performance.now();
    for (const part of ['a-', 'a.', '_', '-', 'a/', ':']) expect(() => parseReference(part.repeat(100_000))).toThrow();
    expect(performance.now() - began).toBeLessThan(500);
  });
});
