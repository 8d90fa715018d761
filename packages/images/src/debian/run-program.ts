import { spawn } from 'node:child_process';
import { AssayError, type ProblemCode } from '@assay/contract';

/** A program of Debian's, and what to say when it fails. */
interface Call {
  readonly program: 'apt-get' | 'dpkg-deb';
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly failure: ProblemCode;
}

/** Bytes a program may write: more than any package we name unpacks to. */
const outputLimit = 512 * 1024 * 1024;

/** Runs a program to its end and returns what it wrote. Throws IMAGE_TOOL_MISSING, LIMIT_EXCEEDED, or the call's own code with its last words. */
export function runProgram({ program, args, cwd, failure }: Call): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const written: Buffer[] = [];
    let size = 0;
    let words = '';
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > outputLimit) child.kill();
      else written.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      words = `${words}${chunk.toString()}`.slice(-1000);
    });
    child.on('error', (cause) =>
      reject(new AssayError('IMAGE_TOOL_MISSING', `${program} cannot be started`, { cause })),
    );
    child.on('close', (code) => {
      if (size > outputLimit)
        reject(new AssayError('LIMIT_EXCEEDED', `${program} wrote more than ${outputLimit} bytes`));
      else if (code !== 0)
        reject(new AssayError(failure, `${program} ended with code ${code}: ${words.trim().split('\n').at(-1) ?? ''}`));
      else resolve(Buffer.concat(written));
    });
  });
}
