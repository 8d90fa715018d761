import { describe, expect, it } from 'vitest';
import { findProxy, isExempt } from './proxy.ts';

describe('hosts that NO_PROXY names', () => {
  // After the documentation of golang.org/x/net/http/httpproxy, Config.NoProxy.
  it.each([
    ['https://registry.example/', 'registry.example', true],
    ['https://sub.registry.example/', 'registry.example', true],
    ['https://otherregistry.example/', 'registry.example', false],
    ['https://registry.example/', '.registry.example', false],
    ['https://sub.registry.example/', '.registry.example', true],
    ['https://sub.registry.example/', '*.registry.example', true],
    ['https://REGISTRY.example/', 'Registry.Example', true],
    ['https://registry.example/', 'other.example, registry.example', true],
    ['https://registry.example/', 'other.example registry.example', true],
    ['https://registry.example/', 'registry.example:443', true],
    ['https://registry.example:5000/', 'registry.example:443', false],
    ['http://registry.example/', 'registry.example:80', true],
    ['https://anything.example/', '*', true],
    ['https://10.1.2.3/', '10.0.0.0/8', true],
    ['https://11.1.2.3/', '10.0.0.0/8', false],
    ['https://10.1.2.3/', '10.1.2.3', true],
    ['https://10.1.2.3:5000/', '10.1.2.3:5000', true],
    ['https://10.1.2.30/', '10.1.2.3', false],
    ['https://[2001:db8::1]/', '2001:db8::/32', true],
    ['https://[2001:db8::1]/', '2001:db8::1', true],
    ['https://[2001:db8::1]:5000/', '[2001:db8::1]:5000', true],
    ['https://registry.example/', '10.0.0.0/8', false],
    ['https://10.1.2.3/', '10.0.0.0/99', false],
    ['https://10.1.2.3/', 'what/ever', false],
    ['https://registry.example/', '', false],
    ['https://registry.example/', ' , ', false],
  ])('%s with %j: %s', (url, noProxy, exempt) => {
    expect(isExempt(new URL(url), noProxy)).toBe(exempt);
  });
});

describe('the proxy for an address', () => {
  const settings = { httpProxy: 'plain.example:3128', httpsProxy: 'https://user:pass@secure.example' };

  it('is that of its protocol, with or without a scheme', () => {
    expect(findProxy(new URL('http://registry.example/'), settings)?.href).toBe('http://plain.example:3128/');
    expect(findProxy(new URL('https://registry.example/'), settings)?.href).toBe('https://user:pass@secure.example/');
  });

  it('is none without a setting, or when the host is exempt', () => {
    expect(findProxy(new URL('https://registry.example/'), undefined)).toBeUndefined();
    expect(findProxy(new URL('https://registry.example/'), { httpProxy: 'plain.example' })).toBeUndefined();
    expect(findProxy(new URL('https://registry.example/'), { ...settings, noProxy: '*' })).toBeUndefined();
  });

  it.each(['ftp://proxy', 'http://', ':::', 'http://a b'])('%j is refused', (httpsProxy) => {
    expect(() => findProxy(new URL('https://registry.example/'), { httpsProxy })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});
