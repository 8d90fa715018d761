import { once } from 'node:events';
import { mkdirSync, realpathSync } from 'node:fs';
import { setTimeout as soon } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ToyProject } from './toy-project.ts';

let toy: ToyProject;
beforeEach(() => {
  toy = new ToyProject();
});
afterEach(() => toy.dispose());

/** Waits for what a process does, not for a time. */
async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; !done(); turn++) {
    if (turn > 4000) throw new Error('it did not come to pass');
    await soon(5);
  }
}

describe('a start of assay', () => {
  it('sets everything up the first time, tells so on stderr, and then answers on stdout alone', async () => {
    const first = await toy.run(['hello']);
    expect(JSON.parse(first.stdout)).toMatchObject({ words: ['hello'] });
    expect(first.stderr).toMatch(/assay: installing/);
    expect(first.stderr).toMatch(/npm says something/);
    expect(first.code).toBe(0);
    expect(toy.calls()).toEqual({ npm: 1, build: 1 });
  });

  it('says nothing and does nothing the second time', async () => {
    await toy.run([]);
    const second = await toy.run(['again']);
    expect(second.stderr).toBe('');
    expect(toy.calls()).toEqual({ npm: 1, build: 1 });
  });

  it('waits for another one that sets up, and both answer', async () => {
    toy.write('hold', '');
    const one = toy.start(['one']);
    await until(() => toy.calls().npm === 1);
    const two = toy.start(['two']);
    const [said] = await once(two.child.stderr ?? two.child, 'data');
    expect(String(said)).toMatch(/waiting for another set-up \(process \d+\)/);
    toy.remove('hold');
    expect(JSON.parse((await one.ended).stdout)).toMatchObject({ words: ['one'] });
    expect(JSON.parse((await two.ended).stdout)).toMatchObject({ words: ['two'] });
    expect(toy.calls()).toEqual({ npm: 1, build: 1 });
  });

  it('is redone after it was interrupted', async () => {
    toy.write('hold', '');
    const cut = toy.start(['one']);
    await until(() => toy.calls().npm === 1);
    cut.child.kill('SIGTERM');
    expect((await cut.ended).code).not.toBe(0);
    toy.remove('hold');
    const again = await toy.run(['two']);
    expect(JSON.parse(again.stdout)).toMatchObject({ words: ['two'] });
    expect(toy.calls().npm).toBe(2);
  });

  it('is redone after it was killed, whose lock stays behind', async () => {
    toy.write('hold', '');
    const cut = toy.start(['one']);
    await until(() => toy.calls().npm === 1);
    const exited = once(cut.child, 'exit');
    cut.child.kill('SIGKILL');
    await exited;
    expect(toy.has('.assay/set-up.lock')).toBe(true);
    toy.remove('hold');
    await cut.ended; // its npm, an orphan now, holds the streams until it ends
    const again = await toy.run(['two']);
    expect(JSON.parse(again.stdout)).toMatchObject({ words: ['two'] });
    expect(toy.has('.assay/set-up.lock')).toBe(false);
  });

  it('installs again when the lock file changed, and builds again when a source did', async () => {
    await toy.run([]);
    await soon(20); // file times have a grain
    toy.write('packages/one/src/index.ts', 'export {};');
    await toy.run([]);
    expect(toy.calls()).toEqual({ npm: 1, build: 2 });
    await soon(20);
    toy.write('package-lock.json', '{"changed":true}');
    await toy.run([]);
    expect(toy.calls()).toEqual({ npm: 2, build: 3 });
  });

  it('builds again when a source was taken away', async () => {
    toy.write('packages/one/src/two.ts', '');
    await toy.run([]);
    await soon(20);
    toy.remove('packages/one/src/two.ts');
    await toy.run([]);
    expect(toy.calls().build).toBe(2);
  });

  it('says what failed and what to do, and keeps nothing half done', async () => {
    toy.write('fail', '');
    const failed = await toy.run([]);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toBe('');
    expect(failed.stderr).toMatch(/npm error network/);
    expect(failed.stderr).toMatch(/^SETUP_FAILED: npm ci ended with code 1\. hint: .+$/m);
    toy.remove('fail');
    expect((await toy.run([])).code).toBe(0);
  });

  it('works through a link, with words that hold blanks and stars, and gives the program’s exit code', async () => {
    toy.link('linked', 'assay');
    const ended = await toy.run(['a b*', '3'], { program: toy.path('linked') });
    expect(JSON.parse(ended.stdout)).toMatchObject({ words: ['a b*', '3'] });
    expect(ended.code).toBe(3);
    expect((await toy.run(['x', '4'], { program: toy.path('linked') })).code).toBe(4);
  });

  it('runs where it is called; by npm start, where npm was called', async () => {
    mkdirSync(toy.path('deep'));
    const direct = await toy.run([], { cwd: toy.path('deep') });
    expect(JSON.parse(direct.stdout)).toMatchObject({ cwd: realpathSync(toy.path('deep')) });
    const byNpm = await toy.run([], { env: { npm_lifecycle_event: 'start', INIT_CWD: toy.path('deep') } });
    expect(JSON.parse(byNpm.stdout)).toMatchObject({ cwd: realpathSync(toy.path('deep')) });
  });

  it('hands signals to the program, set-up done or not', async () => {
    for (const start of [1, 2]) {
      const { child, ended } = toy.start(['wait']);
      let out = '';
      child.stdout?.on('data', (chunk) => (out += chunk));
      await until(() => out.includes('waiting'));
      child.kill('SIGTERM');
      expect([start, (await ended).code]).toEqual([start, 42]);
    }
  });
});
