// Sets the project up and runs one of its programs. Plain JavaScript for any Node ≥ 20: it runs before anything is installed.
//   node tools/bootstrap.mjs [--run cli|test|bench|campaign|images|e2e] [-- ARGS]
// What was tried, and every trap: docs/decisions/0002-bootstrap.md.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const state = join(root, '.assay');
const ready = join(state, 'ready');
const lock = join(state, 'set-up.lock');
const stamp = join(root, 'node_modules', '.assay-stamp');
const leastNode = 20;
const wantedNode = 24;

/** A failure a person can act on; everything else is a defect. */
class SetUpError extends Error {
  constructor(code, what, hint) {
    super(`${code}: ${what}. hint: ${hint}`);
  }
}

const say = (text) => process.stderr.write(`assay: ${text}\n`);

/** The Node that runs the project: the pinned one that npm brought, else this very Node when it is new enough. */
function findRuntime() {
  const pinned = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (fs.existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= wantedNode) return process.execPath;
  throw new SetUpError(
    'SETUP_RUNTIME',
    `npm brings no Node ${wantedNode} for ${process.platform}-${process.arch}, and this one is ${process.versions.node}`,
    `install Node ${wantedNode} or newer, then call this again`,
  );
}

const wantedStamp = () =>
  createHash('sha256')
    .update(fs.readFileSync(join(root, 'package-lock.json')))
    .update(process.platform + process.arch)
    .digest('hex');

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const isInstalled = () => readText(stamp) === wantedStamp();

/** Everything the bundle is made of, and the newest change among it, in milliseconds. */
function newestSource() {
  let newest = 0;
  const look = (path) => {
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    newest = Math.max(newest, stat.mtimeMs);
    if (stat.isDirectory()) for (const name of fs.readdirSync(path)) look(join(path, name));
  };
  for (const path of ['package-lock.json', 'apps/cli/src', 'packages/advisories/starter', 'tools/bootstrap.mjs'])
    look(join(root, path));
  for (const name of fs.readdirSync(join(root, 'packages'))) {
    look(join(root, 'packages', name, 'package.json'));
    look(join(root, 'packages', name, 'src'));
  }
  return newest;
}

function isBuilt() {
  const [node = '', build = ''] = readText(ready).split('\n');
  if (build === '' || (!fs.existsSync(join(root, node)) && !fs.existsSync(node))) return false;
  if (!fs.existsSync(join(state, build, 'main.js'))) return false;
  return fs.statSync(ready).mtimeMs >= newestSource();
}

const children = new Set();

/** Runs a program to its end. Its words go to stderr: stdout carries only answers. */
function run(program, args, what, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
    children.add(child);
    child.on('error', (error) => {
      children.delete(child);
      reject(
        new SetUpError('SETUP_PROGRAM', `${what} cannot be started: ${error.message}`, 'check that npm is on PATH'),
      );
    });
    child.on('exit', (code, signal) => {
      children.delete(child);
      if (code === 0) resolve(undefined);
      else
        reject(
          new SetUpError(
            'SETUP_FAILED',
            `${what} ended with ${signal ?? `code ${code}`}`,
            'its words are above; check the network and the npm settings, then call this again: nothing half done is kept',
          ),
        );
    });
  });
}

async function install() {
  say('installing what it is made of (once, about 20 seconds)');
  fs.rmSync(stamp, { force: true });
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // A caller's npm settings (npm start -s, npm test --workspace …) are not meant for this call.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^npm_(?:config_(?:omit|include|workspace|ignore_scripts|loglevel|global|location|prefix)|lifecycle|package)/i.test(
          name,
        ),
    ),
  );
  await run(npm, ['ci', '--include=dev', '--include=optional', '--loglevel=error'], 'npm ci', {
    env: { ...env, NODE_ENV: '' },
  });
  findRuntime();
  fs.writeFileSync(stamp, wantedStamp());
}

async function build() {
  const began = new Date();
  const node = findRuntime();
  const name = `build-${process.pid}-${began.getTime().toString(36)}`;
  const folder = join(state, name);
  try {
    await run(node, [join(root, 'tools', 'build-cli.ts'), folder], 'the build');
    const part = `${ready}.${process.pid}`;
    const program = node.startsWith(root) ? `./${relative(root, node)}` : node;
    fs.writeFileSync(part, `${program}\n${name}\n`);
    // The moment the build began: what was edited while it ran makes it void.
    fs.utimesSync(part, began, began);
    fs.renameSync(part, ready);
  } catch (error) {
    fs.rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  removeOldBuilds(name);
}

/** The one before may still be running and load its parts late: the newest two stay. */
function removeOldBuilds(current) {
  const old = fs.readdirSync(state).filter((name) => name.startsWith('build-') && name !== current);
  const byAge = old.sort((a, b) => fs.statSync(join(state, b)).mtimeMs - fs.statSync(join(state, a)).mtimeMs);
  for (const name of byAge.slice(1)) fs.rmSync(join(state, name), { recursive: true, force: true });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Takes the lock, waiting for another set-up; one left by a dead process is taken over. */
async function takeLock() {
  fs.mkdirSync(state, { recursive: true });
  let said = false;
  for (;;) {
    const part = `${lock}.${process.pid}`;
    fs.writeFileSync(part, String(process.pid));
    try {
      // A link is made whole or not at all: the lock never exists without its owner's id.
      fs.linkSync(part, lock);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    } finally {
      fs.rmSync(part, { force: true });
    }
    const owner = Number(readText(lock));
    if (owner > 0 && !isAlive(owner)) {
      // Renamed before it is removed: of two that see it, only one takes it away.
      const stale = `${lock}.stale-${process.pid}`;
      try {
        fs.renameSync(lock, stale);
        if (Number(readText(stale)) === owner) fs.rmSync(stale, { force: true });
        else fs.renameSync(stale, lock);
      } catch {}
      continue;
    }
    if (!said) say(`waiting for another set-up (process ${owner || '?'})`);
    said = true;
    await sleep(100);
  }
}

const releaseLock = () => {
  if (Number(readText(lock)) === process.pid) fs.rmSync(lock, { force: true });
};

async function setUp() {
  if (isInstalled() && isBuilt()) return;
  const began = Date.now();
  try {
    await takeLock();
  } catch (error) {
    throw new SetUpError(
      'SETUP_FOLDER',
      `${state} cannot be written: ${error.message}`,
      'clone into a folder that can be written',
    );
  }
  try {
    if (!isInstalled()) await install();
    if (!isBuilt()) {
      say('building');
      await build();
    }
    say(`ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  } finally {
    releaseLock();
  }
}

/** What each word after --run starts: a program, its arguments, and whether the caller's folder matters. */
const programs = {
  cli: (node, args) => [
    node,
    ['--max-semi-space-size=1', join(state, readText(ready).split('\n')[1], 'main.js'), ...args],
  ],
  test: (node, args) => [node, [join(root, 'tools', 'run-tests.ts'), ...args]],
  bench: (node, args) => [node, [join(root, 'bench', 'main.ts'), ...args]],
  campaign: (node, args) => [node, [join(root, 'tools', 'campaign.ts'), ...args]],
  images: (node, args) => [node, [join(root, 'tools', 'images.ts'), ...args]],
  e2e: (node, args) => [node, [join(root, 'tools', 'run-e2e.ts'), ...args]],
};

function start(name, args) {
  const node = findRuntime();
  const [program, words] = programs[name](node, args);
  const bin = [dirname(node), join(root, 'node_modules', '.bin')].join(':');
  const child = spawn(program, words, {
    stdio: 'inherit',
    cwd: name === 'cli' ? process.cwd() : root,
    env: name === 'cli' ? process.env : { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  });
  children.add(child);
  child.on('error', (error) => {
    process.stderr.write(
      `SETUP_PROGRAM: ${program} cannot be started: ${error.message}. hint: remove the folder .assay and call this again.\n`,
    );
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}

function parseWords(words) {
  const at = words.indexOf('--run');
  const name = at < 0 ? undefined : words[at + 1];
  if (name !== undefined && !Object.hasOwn(programs, name))
    throw new SetUpError('SETUP_USAGE', `there is no program ${name}`, `one of ${Object.keys(programs).join(', ')}`);
  const rest = at < 0 ? [] : words.slice(at + 2);
  return { name, args: rest[0] === '--' ? rest.slice(1) : rest };
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
    // With a program running, its own exit decides ours. During the set-up nothing is kept, so it is simply redone.
    if (children.size === 0) {
      releaseLock();
      process.exit(128 + constants.signals[signal]);
    }
  });
}

try {
  if (Number(process.versions.node.split('.')[0]) < leastNode)
    throw new SetUpError(
      'SETUP_NODE',
      `Node ${process.versions.node} is too old`,
      `install Node ${leastNode} or newer, then call this again`,
    );
  const { name, args } = parseWords(process.argv.slice(2));
  await setUp();
  if (name !== undefined) start(name, args);
} catch (error) {
  process.stderr.write(`${error instanceof SetUpError ? error.message : `SETUP_DEFECT: ${error.stack}`}\n`);
  process.exitCode = 1;
}
