import type { SecureContextOptions } from 'node:tls';
import { AssayError } from '@assay/contract';

/** Go's names of cipher suites, and OpenSSL's. Those of TLS 1.3 have one name. Source: spec/store.md §6. */
const suites: Readonly<Record<string, string>> = {
  TLS_AES_128_GCM_SHA256: 'TLS_AES_128_GCM_SHA256',
  TLS_AES_256_GCM_SHA384: 'TLS_AES_256_GCM_SHA384',
  TLS_CHACHA20_POLY1305_SHA256: 'TLS_CHACHA20_POLY1305_SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
};

/** The six that are usual. */
const usual = Object.keys(suites).filter((name) => !name.includes('CHACHA20'));

/** What a TLS server agrees to: 1.2 and 1.3, three curves, the suites that are named. Throws VALUES_INVALID. */
export function tlsRules(minimum: string, names: readonly string[]) {
  const versions: Readonly<Record<string, SecureContextOptions['minVersion']>> = {
    '': 'TLSv1.2',
    VersionTLS12: 'TLSv1.2',
    VersionTLS13: 'TLSv1.3',
  };
  const minVersion = Object.hasOwn(versions, minimum) ? versions[minimum] : undefined;
  if (minVersion === undefined)
    throw new AssayError('VALUES_INVALID', 'tls.server.minTLSVersion is not VersionTLS12 or VersionTLS13');
  const ciphers = (names.length === 0 ? usual : names).map((name) => {
    const found = Object.hasOwn(suites, name) ? suites[name] : undefined;
    if (found === undefined)
      throw new AssayError(
        'VALUES_INVALID',
        `tls.server.rfcCiphers has ${JSON.stringify(name.slice(0, 80))}, which is no suite that is served`,
      );
    return found;
  });
  return { minVersion, ciphers: ciphers.join(':'), ecdhCurve: 'P-521:P-384:P-256', honorCipherOrder: true };
}
