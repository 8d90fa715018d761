import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hasYtt, type Param, resolveParams, stamp, stampByYtt } from './supply-chain/stamp.ts';
import type { Value } from './supply-chain/starlark.ts';

interface Case {
  readonly name: string;
  readonly from: string;
  readonly template: 'trivy' | 'grype';
  readonly chain: readonly Param[];
  readonly image: string;
  readonly workload: { readonly [name: string]: Value } & { readonly spec: { readonly params?: Param[] } };
  readonly stamped: unknown;
}

interface Template {
  readonly metadata: { readonly name: string };
  readonly spec: Record<string, unknown> & { readonly params: readonly Param[]; readonly ytt: string };
}

const here = fileURLToPath(new URL('.', import.meta.url));
const { cases } = parse(readFileSync(join(here, 'supply-chain/workloads.yaml'), 'utf8')) as { cases: readonly Case[] };

function templateOf(name: string): Template {
  return parse(
    readFileSync(join(here, '../../../deploy/supply-chain', `image-vulnerability-scan-${name}.yaml`), 'utf8'),
  ) as Template;
}

function dataOf({ chain, image, workload }: Case, template: Template) {
  return { workload, image, params: resolveParams(template.spec.params, chain, workload.spec.params ?? []) };
}

const stampers = [
  ['our evaluator', stamp, true],
  ['ytt', stampByYtt, hasYtt()],
] as const;

for (const [by, stampWith, isThere] of stampers) {
  describe.runIf(isThere)(`by ${by}, the supply-chain template stamps for`, () => {
    it.each(cases.map((each) => [each.name, each] as const))('%s', (_name, given) => {
      const template = templateOf(given.template);
      expect(stampWith(template.spec.ytt, dataOf(given, template))).toEqual(given.stamped);
    });

    it('a workload nobody told a results registry nothing, and says so', () => {
      const template = templateOf('trivy');
      const [first] = cases;
      if (first === undefined) throw new Error('no cases');
      expect(() => stampWith(template.spec.ytt, dataOf({ ...first, chain: [] }, template))).toThrow(
        /registry needs server/,
      );
    });
  });
}

describe.each(['trivy', 'grype'])('the %s template', (name) => {
  it('keeps the contract of its kind', () => {
    const { metadata, spec } = templateOf(name);
    // Source: scan-2.md §10.1, first table.
    expect(metadata.name).toBe(`image-vulnerability-scan-${name}`);
    expect(spec).toMatchObject({
      imagePath: '.status.scannedImage',
      lifecycle: 'immutable',
      retentionPolicy: { maxFailedRuns: 10, maxSuccessfulRuns: 10 },
      healthRule: {
        multiMatch: {
          healthy: {
            matchConditions: [
              { type: 'ScanCompleted', status: 'True' },
              { type: 'Succeeded', status: 'True' },
            ],
          },
          unhealthy: {
            matchConditions: [
              { type: 'ScanCompleted', status: 'False' },
              { type: 'Succeeded', status: 'False' },
            ],
          },
        },
      },
    });
  });

  it('has the parameters and defaults of the specification', () => {
    const defaults = Object.fromEntries(templateOf(name).spec.params.map((param) => [param.name, param.default]));
    // Source: scan-2.md §10.1, table of params.
    expect(defaults).toMatchObject({
      image_scanning_workspace_size: '4Gi',
      image_scanning_service_account_scanner: 'scanner',
      image_scanning_service_account_publisher: 'publisher',
      image_scanning_active_keychains: [],
      image_scanning_workspace_bindings: [],
      image_scanning_steps_env_vars: [],
    });
    if (name === 'trivy') {
      expect(defaults.trivy_db_repository).toMatch(/\/aquasecurity\/trivy-db$/);
      expect(defaults.trivy_java_db_repository).toMatch(/\/aquasecurity\/trivy-java-db$/);
    }
  });
});

it('both templates share their functions, word for word', () => {
  const shared = (name: string) => templateOf(name).spec.ytt.split('#@ def environment')[0];
  expect(shared('grype')).toBe(shared('trivy'));
});
