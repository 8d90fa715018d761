import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { productImages } from '@assay/images';
import { bundleApp } from '../../tools/bundle-app.ts';

type AppName = (typeof productImages)[number]['app'];

/** What one process took. */
export interface Cost {
  /** Largest resident memory, MB. */
  readonly peak: number;
  /** Longest time for which the event loop stood still, milliseconds. */
  readonly stall: number;
}

const stallMeter = `import { monitorEventLoopDelay } from 'node:perf_hooks';
import { writeFileSync } from 'node:fs';
// From the first turn of the loop: loading the program is no stall of its work.
setTimeout(() => {
  const meter = monitorEventLoopDelay({ resolution: 5 });
  meter.enable();
  process.on('exit', () => writeFileSync(process.env.STALL_FILE, String(meter.max / 1e6)));
}, 300);
`;

/** Bundles an app as its image does; the path of the program. */
export async function writeApp(folder: string, app: AppName): Promise<string> {
  const { files } = await bundleApp(app, `apps/${app}/src/main.ts`);
  for (const [name, content] of files) {
    const path = join(folder, app, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return join(folder, app, `${app}.js`);
}

/** Runs an app as its image starts it, until it ends or `isDone` says so, and watches it. Throws where it ends badly. */
export async function watchApp(
  folder: string,
  app: AppName,
  {
    words = [],
    env,
    isDone,
  }: {
    readonly words?: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly isDone?: () => boolean;
  },
): Promise<Cost> {
  const facts = productImages.find((one) => one.app === app)?.facts;
  if (facts === undefined) throw new Error(`there is no image of ${app}`);
  const program = await writeApp(folder, app);
  const meter = join(folder, 'stall-meter.mjs');
  const stallFile = join(folder, `${app}-stall`);
  writeFileSync(meter, stallMeter);
  const flags = facts.entrypoint.slice(1, -1);
  const args = [...flags, '--import', pathToFileURL(meter).href, program, ...words];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...facts.env, ...env, STALL_FILE: stallFile },
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let isRunning = true;
  ended.then(
    () => {
      isRunning = false;
    },
    () => undefined,
  );
  let peak = 0;
  while (isRunning) {
    peak = Math.max(peak, peakOf(child.pid));
    if (isDone?.() === true) child.kill('SIGTERM');
    await pause(20);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`${app} ended with ${code}`);
  return { peak, stall: Number(readFileSync(stallFile, 'utf8')) };
}

/** MB; 0 when the process is gone. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
}
