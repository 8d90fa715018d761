import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A project as small as can be around the real `assay` and `tools/bootstrap.mjs`: its npm is a script that writes down each call, brings a Node
 * and waits while the file `hold` is there; its build writes a program that prints its words.
 */
export class ToyProject {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'assay-toy-'));
    for (const path of ['assay', 'tools/bootstrap.mjs']) {
      mkdirSync(dirname(this.path(path)), { recursive: true });
      copyFileSync(join(root, path), this.path(path));
    }
    chmodSync(this.path('assay'), 0o755);
    this.write('package-lock.json', '{}');
    this.write('apps/cli/src/main.ts', '');
    this.write('packages/one/src/index.ts', '');
    this.write('packages/one/package.json', '{}');
    this.write('packages/advisories/starter/npm.jsonl', '');
    this.write('tools/build-cli.ts', buildScript);
    // Whatever lies above the temporary folder does not decide how the scripts are read.
    this.write('package.json', '{"type":"module"}');
    this.write('bin/package.json', '{"type":"commonjs"}');
    this.write('bin/npm', npmScript(process.execPath));
    chmodSync(this.path('bin/npm'), 0o755);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true, force: true });
  }

  /** How often npm and the build ran. */
  calls(): { readonly npm: number; readonly build: number } {
    const count = (name: string) => (this.has(name) ? readFileSync(this.path(name), 'utf8').split('\n').length - 1 : 0);
    return { npm: count('npm-calls'), build: count('build-calls') };
  }

  start(
    words: readonly string[],
    options: { readonly env?: Record<string, string>; readonly cwd?: string; readonly program?: string } = {},
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const path = `${this.path('bin')}:${dirname(process.execPath)}:${process.env.PATH ?? ''}`;
    const { npm_lifecycle_event: _event, INIT_CWD: _cwd, ...env } = process.env;
    const child = spawn(options.program ?? this.path('assay'), [...words], {
      cwd: options.cwd ?? this.folder,
      env: { ...env, PATH: path, TOY: this.folder, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { child, ended };
  }

  run(words: readonly string[], options?: Parameters<ToyProject['start']>[1]): Promise<Ended> {
    return this.start(words, options).ended;
  }

  link(from: string, to: string): void {
    symlinkSync(to, this.path(from));
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const npmScript = (node: string): string => `#!${node}
const fs = require('node:fs');
const path = require('node:path');
const toy = process.env.TOY;
fs.appendFileSync(path.join(toy, 'npm-calls'), process.argv.slice(2).join(' ') + '\\n');
console.log('npm says something on its stdout');
(async () => {
  while (fs.existsSync(path.join(toy, 'hold'))) await new Promise((resolve) => setTimeout(resolve, 10));
  if (fs.existsSync(path.join(toy, 'fail'))) { console.error('npm error network'); process.exit(1); }
  const bin = path.join(toy, 'node_modules', 'node-' + process.platform + '-' + process.arch, 'bin');
  fs.mkdirSync(bin, { recursive: true });
  fs.rmSync(path.join(bin, 'node'), { force: true });
  fs.symlinkSync(process.execPath, path.join(bin, 'node'));
})();
`;

const buildScript = `
import * as fs from 'node:fs';
const [folder] = process.argv.slice(2);
fs.appendFileSync(process.env.TOY + '/build-calls', 'build\\n');
fs.mkdirSync(folder!, { recursive: true });
fs.writeFileSync(folder + '/package.json', '{"type":"module"}');
fs.writeFileSync(folder + '/main.js', \`
const words = process.argv.slice(2);
if (words[0] === 'wait') { process.on('SIGTERM', () => process.exit(42)); console.log('waiting'); setInterval(() => {}, 1000); }
else { console.log(JSON.stringify({ words, cwd: process.cwd() })); process.exitCode = Number(words[1] ?? 0); }
\`);
`;
