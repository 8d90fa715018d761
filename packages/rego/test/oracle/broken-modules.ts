import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compile, RegoErrors } from '../../src/index.ts';

const run = promisify(execFile);

/** Modules, nearly all of them broken, one thing each. */
export const brokenModules = (dialect: 'v0' | 'v1'): readonly string[] =>
  readFileSync(new URL(`../check/broken-${dialect}.txt`, import.meta.url), 'utf8').split('=====\n');

/** What is said otherwise than by OPA, by a part of the module, with the reason. */
export const knownDifferences: ReadonlyMap<string, string> = new Map([
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

async function saidByOpa(opa: string, file: string, dialect: 'v0' | 'v1'): Promise<Said> {
  const flags = dialect === 'v0' ? ['--v0-compatible'] : [];
  const { stdout, stderr } = await run(opa, ['check', '--strict', '--format', 'json', ...flags, file]).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  const text = stdout.trim() || stderr.trim();
  const { errors = [] } = (text === '' ? {} : JSON.parse(text)) as OpaErrors; // OPA's own output
  return errors.map(({ code, location }) => `${location?.row ?? 0}:${location?.col ?? 0} ${code}`).sort();
}

/** What is said of every module by us and by `opa check --strict`. */
export interface Compared {
  /** Modules OPA finds something wrong with. */
  readonly broken: number;
  /** Modules of which other codes or places are told, and known differences that are none. */
  readonly differences: readonly string[];
}

/** Checks every module twice, three at a time. */
export async function compareChecks(opa: string, dialect: 'v0' | 'v1'): Promise<Compared> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-rego-check-'));
  const differences: string[] = [];
  let broken = 0;
  const waiting = [...brokenModules(dialect).entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, text] = next;
      const file = join(folder, `${dialect}-${at}.rego`);
      writeFileSync(file, text);
      const [ours, theirs] = await Promise.all([saidByUs(text, dialect), saidByOpa(opa, file, dialect)]);
      if (theirs.length > 0) broken++;
      const isKnown = [...knownDifferences.keys()].some((part) => text.includes(part));
      const isSame = ours.join() === theirs.join();
      if (isSame === isKnown) differences.push(`${text}\n  ours: ${ours.join(', ')}\n  opa:  ${theirs.join(', ')}`);
    }
  };
  try {
    await Promise.all([worker(), worker(), worker()]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { broken, differences };
}
