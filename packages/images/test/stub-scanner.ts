// A scanner that does what it is told: bundled into the image assay-stub for tests of the life of a scan.
//   stub IMAGE, with STUB_MODE one of the words below; writes STUB_OUTPUT (default /workspace/scan-results/scan.cdx.json).
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

const output = process.env.STUB_OUTPUT ?? '/workspace/scan-results/scan.cdx.json';
const [image = 'unknown'] = process.argv.slice(2);

const report = (count: number, padding = '') => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: {
    component: { type: 'container', 'bom-ref': 'image', name: image },
    ...(padding !== '' && { properties: [{ name: 'padding', value: padding }] }),
  },
  components: [{ type: 'library', 'bom-ref': 'stub', name: 'stub', version: '1.0.0', purl: 'pkg:generic/stub@1.0.0' }],
  vulnerabilities: Array.from({ length: count }, (_, at) => ({
    id: `CVE-2026-${10_000 + at}`,
    source: { name: 'stub', url: `https://vulnerabilities.example/CVE-2026-${10_000 + at}` },
    ratings: [
      { severity: 'high', score: 7.5, method: 'CVSSv31', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' },
    ],
    description: `Finding ${at}. ${'A sentence that makes a report as long as real ones are. '.repeat(12)}`,
    affects: [{ ref: 'stub' }],
  })),
});

function fill(): void {
  const part = Buffer.alloc(1024 * 1024, 'x');
  const to = openSync(output, 'w');
  for (let at = 0; at < 200; at++) writeSync(to, part);
  closeSync(to);
}

const wait = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Number(process.env.STUB_SECONDS ?? seconds) * 1000));

const write = (text: string) => writeFileSync(output, text);

const modes: Readonly<Record<string, () => void | Promise<void>>> = {
  ok: () => write(JSON.stringify(report(1))),
  fail: () => {
    process.stderr.write('stub: told to fail\n');
    process.exitCode = 1;
  },
  nothing: () => undefined,
  half: () => write(JSON.stringify(report(1)).slice(0, 200)),
  /** A valid report, and beside it one whose components are a word. */
  invalid: () => {
    write(JSON.stringify(report(1)));
    writeFileSync(
      join(dirname(output), 'broken.cdx.json'),
      JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components: 'none' }),
    );
  },
  /** 200 MiB that nobody can read as a report. */
  large: () => fill(),
  /** The same, and then it goes on until it is ended: give the step a limit of ephemeral storage. */
  disk: () => {
    fill();
    return wait(86_400);
  },
  /** STUB_FINDINGS findings, default 50 000: 50 MiB. */
  findings: () => write(JSON.stringify(report(Number(process.env.STUB_FINDINGS ?? '50000')))),
  sleep: () => wait(86_400),
  /** A report after STUB_SECONDS, default 5. */
  late: async () => {
    await wait(5);
    write(JSON.stringify(report(1)));
  },
  /** Until the kernel ends it: give the step a memory limit. */
  oom: () => {
    const kept: Buffer[] = [];
    for (;;) kept.push(Buffer.alloc(64 * 1024 * 1024, kept.length + 1));
  },
};

const mode = process.env.STUB_MODE ?? 'ok';
const act = Object.hasOwn(modes, mode) ? modes[mode] : undefined;
process.stdout.write(`stub: ${mode}, ${image}\n`);
if (act === undefined) {
  process.stderr.write(`stub: STUB_MODE is one of ${Object.keys(modes).join(', ')}\n`);
  process.exitCode = 2;
} else await act();
