import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One finished run of a whole process. */
export interface Run {
  /** Seconds from start to end. */
  readonly wall: number;
  /** Seconds of user and system time, as of the last look before the end. */
  readonly cpu: number;
  /** Peak resident memory of the largest single process, MB. */
  readonly memory: number;
  readonly code: number | null;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that mean the work was done. */
  readonly ok?: readonly number[];
}

const lookEveryMs = 2;
const ticksPerSecond = 100;

/** Runs a command once. Memory and time are read from /proc while it lives: Linux only. Throws when it fails. */
export function runOnce(command: Command): Promise<Run> {
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const child = spawn(command.program, [...command.args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...command.env },
    });
    let memory = 0;
    let cpu = 0;
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString('utf8')).slice(-2000);
    });
    const timer = setInterval(() => {
      for (const seen of lookAt(child.pid ?? 0)) {
        memory = Math.max(memory, seen.memory);
        cpu = Math.max(cpu, seen.cpu);
      }
    }, lookEveryMs);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearInterval(timer);
      const wall = Number(process.hrtime.bigint() - began) / 1e9;
      if (code === null || !(command.ok ?? [0]).includes(code))
        reject(new Error(`${command.program} ${command.args.join(' ')} ended with ${code}: ${words}`));
      else resolve({ wall, cpu, memory, code });
    });
  });
}

/** The process and, for a shell's pipe, its children. */
function lookAt(pid: number): { readonly memory: number; readonly cpu: number }[] {
  return [pid, ...childrenOf(pid)].flatMap((one) => {
    try {
      const status = readFileSync(`/proc/${one}/status`, 'utf8');
      const stat = readFileSync(`/proc/${one}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? '0';
      return [{ memory: Number(peak) / 1000, cpu: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond }];
    } catch {
      return []; // it has just ended
    }
  });
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The middle run by wall time. */
export function median(runs: readonly Run[]): Run {
  const sorted = runs.toSorted((a, b) => a.wall - b.wall);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('no run was counted');
  return { ...middle, memory: Math.max(...runs.map((run) => run.memory)) };
}

/** Runs several commands in turn, A B C A B C …, so that a machine whose speed drifts is fair to all. The first round warms up. */
export async function inTurn(
  commands: Readonly<Record<string, Command>>,
  rounds: number,
): Promise<Readonly<Record<string, Run>>> {
  const runs = new Map<string, Run[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const run = await runOnce(command);
      if (round > 0) runs.set(name, [...(runs.get(name) ?? []), run]);
    }
  }
  return Object.fromEntries([...runs].map(([name, list]) => [name, median(list)]));
}
