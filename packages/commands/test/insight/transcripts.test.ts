import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InsightWorld, runInsight } from '@assay/insight';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { report, type SeededStore, seedStore } from './seed-store.ts';

function streamInto(take: (text: string) => void): InsightWorld['stdout'] {
  return { write: async (text) => take(text) };
}

/** One call of a transcript. */
interface Step {
  readonly call: string;
  readonly answer: string | undefined;
  readonly requests: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** `$` call, `>` standard output, `!` standard error, `=` exit code, `~` requests, `?` an answer to a question. */
function readTranscript(path: string): readonly Step[] {
  const steps: Step[] = [];
  for (const block of readFileSync(path, 'utf8').split(/\n(?=\$ )/)) {
    const lines = block.split('\n').filter((line) => /^[$>!=~?]/.test(line));
    const of = (sign: string) => lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(2));
    const [call] = of('$');
    if (call === undefined) continue;
    const text = (sign: string) =>
      of(sign)
        .map((line) => `${line.replaceAll('<TAB>', '\t')}\n`)
        .join('');
    steps.push({
      ...{ call, answer: of('?')[0], requests: of('~'), stdout: text('>'), stderr: text('!') },
      code: Number(of('=')[0] ?? 0),
    });
  }
  return steps;
}

const folder = import.meta.dirname;
const uidPattern = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** What changes from run to run has a name in braces. */
const changing: Readonly<Record<string, string>> = {
  '{uid}': uidPattern,
  '{id}': '\\d+',
  '{time}': '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ',
};

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The text as a pattern. */
function toPattern(text: string, files: Readonly<Record<string, string>>): RegExp {
  const parts = text.split(/(\{(?:uid|id|time|\w+\.json)\})/);
  const patterns = parts.map((part) => changing[part] ?? literally(files[part.slice(1, -1)] ?? part));
  return new RegExp(`^${patterns.join('')}$`);
}

for (const name of readdirSync(folder).filter((each) => each.endsWith('.golden.txt'))) {
  describe(`insight as specified: ${name.replace('.golden.txt', '')}`, () => {
    let store: SeededStore;
    let home: string;
    let files: Readonly<Record<string, string>>;
    let lastUid = '';

    beforeAll(async () => {
      store = await seedStore();
      home = mkdtempSync(join(tmpdir(), 'assay-insight-'));
      files = { 'image.json': join(home, 'image.json'), 'source.json': join(home, 'source.json') };
      writeFileSync(
        join(home, 'image.json'),
        JSON.stringify(report('registry.example.com/team/new', 'sha256:f6', ['x@1'])),
      );
      writeFileSync(join(home, 'source.json'), JSON.stringify(report('https://git.example.com/o/new', 'f6', ['x@1'])));
      await call(['config', 'set-target', store.url]);
      store.takeRequests();
    });
    afterAll(async () => {
      await store.close();
      rmSync(home, { recursive: true });
    });

    async function call(words: readonly string[], answer?: string) {
      const out = { stdout: '', stderr: '' };
      const world: InsightWorld = {
        stdout: streamInto((text) => {
          out.stdout += text;
        }),
        stderr: streamInto((text) => {
          out.stderr += text;
        }),
        stdin: (async function* () {
          if (answer !== undefined) yield Buffer.from(`${answer}\n`);
        })(),
        ...{ isInteractive: answer !== undefined, signal: new AbortController().signal, home, version: '0.0.0-test' },
      };
      return { code: await runInsight(words, world), ...out };
    }

    // One after the other, as a person would type them: some look at what those before them have written.
    it('answers every call of the transcript', async () => {
      for (const step of readTranscript(join(folder, name))) {
        const words = step.call
          .split(' ')
          .map((word) =>
            word.replace(/\{(\w+\.json)\}/, (_, file: string) => files[file] ?? '').replace('{uid}', lastUid),
          );
        const { code, stdout, stderr } = await call(words, step.answer);
        const shown = { call: step.call, code, stdout, stderr: stderr.replace(/^.*\[y\/N\] /, '') };
        expect(shown).toEqual({
          ...{ call: step.call, code: step.code },
          stdout: expect.stringMatching(toPattern(step.stdout, files)),
          stderr: expect.stringMatching(toPattern(step.stderr, files)),
        });
        const requests = store.takeRequests();
        if (step.requests.length > 0)
          for (const [at, request] of step.requests.entries())
            expect(requests.slice(-step.requests.length)[at] ?? '').toMatch(toPattern(request, files));
        lastUid = new RegExp(`.*(${uidPattern})`, 's').exec(stdout)?.[1] ?? lastUid;
      }
    });
  });
}
