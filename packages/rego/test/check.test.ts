import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOpa } from '@assay/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { compile, RegoErrors } from '../src/index.ts';

const run = promisify(execFile);
const opa = findOpa('rego check beside opa check');

/** Modules, nearly all of them broken, one thing each. */
const modulesOf = (dialect: 'v0' | 'v1'): readonly string[] =>
  readFileSync(new URL(`check/broken-${dialect}.txt`, import.meta.url), 'utf8').split('=====\n');

/** What is said otherwise, with the reason. */
const known: ReadonlyMap<string, string> = new Map([
  ['# title: [\n', 'the place of a fault in METADATA is its own line, not the line behind the block'],
]);

/** `ROW:COLUMN code` of every error, in order of the text. */
type Said = readonly string[];

async function saidByUs(text: string, dialect: 'v0' | 'v1'): Promise<Said> {
  try {
    await compile(new Map([['x.rego', text]]), { dialect, strict: true });
    return [];
  } catch (error) {
    if (!(error instanceof RegoErrors)) throw error;
    return error.errors.map(({ row, column, code }) => `${row}:${column} ${code}`).sort();
  }
}

interface OpaErrors {
  readonly errors?: readonly {
    readonly code: string;
    readonly location?: { readonly row: number; readonly col: number };
  }[];
}

async function saidByOpa(file: string, dialect: 'v0' | 'v1'): Promise<Said> {
  const flags = dialect === 'v0' ? ['--v0-compatible'] : [];
  const { stdout, stderr } = await run(opa ?? '', ['check', '--strict', '--format', 'json', ...flags, file]).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  const text = stdout.trim() || stderr.trim();
  const { errors = [] } = (text === '' ? {} : JSON.parse(text)) as OpaErrors; // OPA's own output
  return errors.map(({ code, location }) => `${location?.row ?? 0}:${location?.col ?? 0} ${code}`).sort();
}

describe.runIf(opa !== undefined)('what is wrong with a policy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-rego-check-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['v1', 'v0'] as const)(
    'is what `opa check --strict` says, at the same place: %s',
    { timeout: 120_000 },
    async (dialect) => {
      const texts = modulesOf(dialect);
      const differences: string[] = [];
      let broken = 0;
      const waiting = [...texts.entries()];
      const worker = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const [at, text] = next;
          const file = join(folder, `${dialect}-${at}.rego`);
          writeFileSync(file, text);
          const [ours, theirs] = await Promise.all([saidByUs(text, dialect), saidByOpa(file, dialect)]);
          if (theirs.length > 0) broken++;
          const isKnown = [...known.keys()].some((part) => text.includes(part));
          const isSame = ours.join() === theirs.join();
          if (isSame === isKnown) differences.push(`${text}\n  ours: ${ours.join(', ')}\n  opa:  ${theirs.join(', ')}`);
        }
      };
      await Promise.all([worker(), worker(), worker()]);
      expect(differences).toEqual([]);
      expect(broken).toBeGreaterThan(dialect === 'v1' ? 300 : 35);
    },
  );
});
