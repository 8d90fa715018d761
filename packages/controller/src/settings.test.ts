import { readFileSync } from 'node:fs';
import { AssayError } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { durationMs, readValues } from './settings.ts';

const deployment = { runnerImage: 'runner@sha256:1', insecureRegistries: [] };
const read = (yaml: string) => readValues(parse(yaml), deployment);
const complaint = (yaml: string): string => {
  try {
    read(yaml);
  } catch (error) {
    if (error instanceof AssayError && error.code === 'VALUES_INVALID') return error.detail;
    throw error;
  }
  return '';
};

describe('the values', () => {
  // spec/scan-2.md §8
  it('have the documented defaults', () => {
    const { plan, maxConcurrentScans } = read('{}');
    expect(plan).toMatchObject({ caCertData: '', storageSize: '2Gi', storageClass: '', priorityClassName: '' });
    expect(maxConcurrentScans).toBe(10);
    expect(readValues(undefined, deployment)).toEqual(read('{}'));
  });
  it('may be nested in two ways, and the inner one wins', () => {
    expect(read('workspace: {storageSize: 5Gi, storageClass: slow}').plan).toMatchObject({
      storageSize: '5Gi',
      storageClass: 'slow',
    });
    expect(read('scans: {workspace: {storageSize: 6Gi}}').plan.storageSize).toBe('6Gi');
    const both = read('{workspace: {storageSize: 5Gi, storageClass: slow}, scans: {workspace: {storageSize: 6Gi}}}');
    expect(both.plan).toMatchObject({ storageSize: '6Gi', storageClass: 'slow' });
  });
  it('give the certificates, also as the platform shares them', () => {
    expect(read('caCertData: PEM').plan.caCertData).toBe('PEM');
    expect(read('shared: {ca_cert_data: PEM}').plan.caCertData).toBe('PEM');
  });
  it('give the limits', () => {
    const { limits, plan, maxConcurrentScans } = read(
      'scans: {timeout: 2h, startTimeout: 90s, maxAttempts: 5, retryAfter: 1m, maxConcurrentScans: "0"}',
    );
    expect(limits).toEqual({ startTimeoutMs: 90_000, runTimeoutMs: 7_320_000, mostAttempts: 5, firstRetryMs: 60_000 });
    expect(plan.timeout).toBe('2h');
    expect(maxConcurrentScans).toBe(0);
  });
  it('give the lease', () => {
    expect(read('{}').leaseMs).toBe(15_000);
    expect(read('leaderElection: {leaseDuration: 4s}').leaseMs).toBe(4_000);
  });
  it('are those of the manifest that is installed', () => {
    const text = readFileSync(new URL('../../../deploy/base/controller/values.yaml', import.meta.url), 'utf8');
    const { data } = parse(text) as { data: { 'values.yaml': string } };
    expect(read(data['values.yaml'])).toEqual(read('{}'));
  });
  it.each([
    ['- 1', 'the values is no mapping'],
    ['scans: 3', 'scans is no mapping'],
    ['scans: {maxConcurrentScans: -1}', 'scans.maxConcurrentScans is no whole number'],
    ['scans: {maxConcurrentScans: 1.5}', 'scans.maxConcurrentScans is no whole number'],
    ['scans: {timeout: 2 hours}', 'scans.timeout is no duration such as 1h30m or 90s'],
    ['leaderElection: {leaseDuration: 1s}', 'leaderElection.leaseDuration is not in whole seconds from 3s to 10m'],
    ['leaderElection: {leaseDuration: 4500ms}', 'leaderElection.leaseDuration is not in whole seconds from 3s to 10m'],
    ['scans: {engine: warp}', 'scans.engine is none of: fused, compatibility'],
    ['caCertData: [x]', 'caCertData is no text'],
  ])('%s is refused', (yaml, want) => expect(complaint(yaml)).toBe(want));
});

it('durations are read as Go writes them', () => {
  expect(['1h30m', '90s', '1.5h', '250ms', '0', '', '5', '1d'].map(durationMs)).toEqual([
    5_400_000,
    90_000,
    5_400_000,
    250,
    0,
    undefined,
    undefined,
    undefined,
  ]);
});
