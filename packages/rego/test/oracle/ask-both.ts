import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, parseJson, toJson } from '../../src/index.ts';

/** What both engines answer. */
export interface BothAnswers {
  readonly ours: unknown;
  readonly theirs: unknown;
}

interface OpaAnswer {
  readonly result: readonly [{ readonly expressions: readonly [{ readonly value: unknown }] }];
}

/** Asks `opa eval` and this engine about one policy, a reference into it, and an input. */
export async function askBoth(opa: string, policy: string, query: string, input: unknown): Promise<BothAnswers> {
  const text = JSON.stringify(input);
  const prepared = await (await compile(new Map([['policy.rego', policy]]))).prepare(query);
  const value = prepared.evaluate(parseJson(text)).results[0]?.expressions[0]?.value;
  const folder = mkdtempSync(join(tmpdir(), 'assay-rego-beside-opa-'));
  try {
    const file = join(folder, 'policy.rego');
    writeFileSync(file, policy);
    const args = ['eval', '--stdin-input', '--format', 'json', '--data', file, query];
    const told = JSON.parse(execFileSync(opa, args, { input: text, encoding: 'utf8' })) as OpaAnswer; // OPA's documented output
    return { ours: toJson(value ?? null), theirs: told.result[0].expressions[0].value };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
