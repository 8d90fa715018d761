import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CategoryOutcome, casesFolder, casesModule, categoriesOf, runCategory } from './oracle/cases.ts';
import { regoPage } from './oracle/page.ts';

/** Cases that do not pass yet, by category: to shrink until it is empty. */
const notYet = JSON.parse(readFileSync(new URL('not-yet.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, number>
>;

const page = new URL('../../../docs/reference/rego.md', import.meta.url);
const folder = casesFolder();

if (folder === undefined) {
  const hint = `OPA's cases are not in Go's module cache: go mod download ${casesModule}`;
  if (process.env.CI !== undefined) throw new Error(hint);
  console.warn(`skipped: ${hint}`);
}

const dialects = ['v0', 'v1'] as const;
const outcomes = new Map<string, Promise<CategoryOutcome>>();

/** Each category is run once, whoever asks first. */
function outcomeOf(dialect: 'v0' | 'v1', category: string): Promise<CategoryOutcome> {
  const name = `${dialect}/${category}`;
  const outcome = outcomes.get(name) ?? runCategory(folder ?? '', dialect, category);
  outcomes.set(name, outcome);
  return outcome;
}

describe.runIf(folder !== undefined)('OPA’s own cases', () => {
  for (const dialect of dialects) {
    const categories = folder === undefined ? [] : categoriesOf(folder, dialect);
    for (const category of categories) {
      it(`${dialect}: ${category}`, async () => {
        const { count, failures } = await outcomeOf(dialect, category);
        // What is not done yet is counted: a case more that fails is an error, and so is one less that is not written down.
        const known = notYet[`${dialect}/${category}`] ?? 0;
        const shown = failures.slice(0, 10).join('\n');
        expect(failures.length, `${failures.length} of ${count} fail, ${known} are known:\n${shown}`).toBe(known);
      });
    }
  }

  it('are counted in docs/reference/rego.md; UPDATE_PAGES=1 writes it', { timeout: 120_000 }, async () => {
    const all: CategoryOutcome[] = [];
    for (const dialect of dialects) {
      for (const category of categoriesOf(folder ?? '', dialect)) all.push(await outcomeOf(dialect, category));
    }
    if (process.env.UPDATE_PAGES === '1') writeFileSync(page, regoPage(all));
    expect(readFileSync(page, 'utf8')).toBe(regoPage(all));
  });
});
