import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildStarterData } from '@assay/advisories';
import { runProgram, type World } from '@assay/commands';

/** What a call said and how it ended. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly stdin?: Uint8Array | string;
  readonly columns?: number;
  readonly color?: boolean;
  readonly signal?: AbortSignal;
  readonly settings?: Partial<World['settings']>;
}

/** A home of its own and the starter data, and calls of the program in this process with a clock that stands still. */
export class TestWorld {
  readonly home: string = mkdtempSync(join(tmpdir(), 'assay-world-'));
  readonly now = new Date('2026-11-25T12:00:00Z');

  async prepare(): Promise<this> {
    await buildStarterData(this.path('starter.db'), { now: this.now });
    return this;
  }

  path(name: string): string {
    return join(this.home, name);
  }

  async call(words: readonly string[], options: CallOptions = {}): Promise<Said> {
    let stdout = '';
    let stderr = '';
    const screen = (write: (text: string) => void) => ({
      isTerminal: false,
      columns: options.columns ?? 120,
      color: options.color ?? false,
      write: (text: string) => Promise.resolve(write(text)),
    });
    const code = await runProgram(words, {
      settings: {
        home: this.path('home'),
        starterData: this.path('starter.db'),
        registry: { retries: 0, dockerConfigDir: this.path('docker') },
        searchPath: this.path('bin'),
        childEnvironment: {},
        tool: { name: 'assay', version: '0.0.0-test' },
        ...options.settings,
      },
      stdout: screen((text) => (stdout += text)),
      stderr: screen((text) => (stderr += text)),
      stdin: bytesOf(options.stdin),
      signal: options.signal ?? new AbortController().signal,
      now: () => this.now,
      runtime: { node: '24.0.0', platform: 'linux/x64' },
      program: new URL('../src/main.ts', import.meta.url),
      userHome: '',
      isInteractive: false,
      called: './assay',
    });
    return { code, stdout, stderr };
  }

  dispose(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

async function* bytesOf(content: Uint8Array | string | undefined): AsyncGenerator<Uint8Array> {
  if (content !== undefined) yield Buffer.from(content);
}
