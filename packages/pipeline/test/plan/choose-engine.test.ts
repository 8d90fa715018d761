import { type AccountFacts, chooseEngine, registrySecrets, type ScanObject } from '@assay/pipeline';
import { describe, expect, it } from 'vitest';
import { scanOf } from './golden.ts';

const account = (annotations: Readonly<Record<string, string>> = {}): AccountFacts => ({
  name: 'publisher',
  secrets: ['write-creds'],
  annotations,
});
const two = scanOf('trivy');
const same: ScanObject = {
  ...two,
  spec: { ...two.spec, serviceAccountNames: { scanner: 'publisher', publisher: 'publisher' } },
};
const annotated = (engine: string): ScanObject => ({
  ...two,
  metadata: { ...two.metadata, annotations: { 'assay.dev/engine': engine } },
});
const withKeychain: ScanObject = { ...two, spec: { ...two.spec, activeKeychains: [{ name: 'ecr' }] } };

describe('the engine of a scan', () => {
  it('is the configured one', () => {
    expect(chooseEngine(two, account(), 'fused')).toEqual({ engine: 'fused' });
    expect(chooseEngine(two, account(), 'compatibility')).toEqual({ engine: 'compatibility' });
  });
  it('is the one the scan asks for', () => {
    expect(chooseEngine(annotated('compatibility'), account(), 'fused')).toEqual({ engine: 'compatibility' });
    expect(chooseEngine(annotated('fused'), account(), 'compatibility')).toEqual({ engine: 'fused' });
  });
  it('is the configured one where the scan asks for something unknown', () => {
    expect(chooseEngine(annotated('warp'), account(), 'fused')).toEqual({ engine: 'fused' });
  });
  it('is the compatibility engine, with a reason, for an active keychain', () => {
    const choice = chooseEngine(withKeychain, account(), 'fused');
    expect(choice.engine).toBe('compatibility');
    expect(choice.because).toContain('keychain ecr');
  });
  it.each(['eks.amazonaws.com/role-arn', 'azure.workload.identity/client-id', 'iam.gke.io/gcp-service-account'])(
    'is the compatibility engine, with a reason, for a publisher with %s',
    (annotation) => {
      const choice = chooseEngine(two, account({ [annotation]: 'x' }), 'fused');
      expect(choice.engine).toBe('compatibility');
      expect(choice.because).toContain(annotation);
      expect(chooseEngine(same, account({ [annotation]: 'x' }), 'fused')).toEqual({ engine: 'fused' });
    },
  );
  it('mounts no token of the account as if it were a registry’s', () => {
    expect(registrySecrets({ ...account(), secrets: ['publisher-token-x7k2p', 'write-creds'] })).toEqual([
      'write-creds',
    ]);
  });
});
