import { readdirSync } from 'node:fs';
import { parseDigest, type ScanRequest, type Target } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { scanners } from '../src/scanners.ts';

const folders = readdirSync(new URL('../src', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();
const digest = parseDigest(`sha256:${'a'.repeat(64)}`);

const targets: Readonly<Record<Target['kind'], Target>> = {
  registry: { kind: 'registry', reference: 'registry.example/team/app:1.2' },
  'oci-layout': { kind: 'oci-layout', path: 'layout' },
  archive: { kind: 'archive', path: 'image.tar' },
  directory: { kind: 'directory', path: 'app' },
  sbom: { kind: 'sbom', path: 'bom.json' },
};
const bytes = (text: string) => new TextEncoder().encode(text);
const clean = (tool: string) =>
  JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { tools: { components: [{ type: 'application', name: tool, version: '1' }] } },
    components: [],
    vulnerabilities: [],
  });

it('every folder is registered under its own name, and nothing else is', () => {
  expect([...scanners.keys()].sort()).toEqual(folders);
});

for (const [id, scanner] of scanners) {
  const requestFor = (kind: Target['kind'], more: Partial<ScanRequest> = {}): ScanRequest => ({
    target: targets[kind],
    scanner: id,
    offline: false,
    ...more,
  });

  describe(`${id} keeps the scanner contract`, () => {
    it('has its own name', () => expect(scanner.id).toBe(id));

    for (const kind of scanner.reads) {
      it(`plans the same step twice for ${kind}`, () => {
        const request = requestFor(kind, { platform: 'linux/amd64', offline: true });
        expect(scanner.plan(request)).toEqual(scanner.plan(request));
      });

      it(`names the target of ${kind}, runs one program and knows when it went well`, () => {
        const { program, args, okExitCodes } = scanner.plan(requestFor(kind));
        const target = targets[kind];
        expect(args.join(' ')).toContain(target.kind === 'registry' ? target.reference : target.path);
        expect(program).toMatch(/^[a-z-]+$/);
        expect(okExitCodes).toContain(0);
      });
    }

    it('pins an image to its digest', () => {
      expect(scanner.plan(requestFor('registry', { digest })).args.join(' ')).toContain(`app:1.2@${digest}`);
      const reference = `registry.example/app@sha256:${'b'.repeat(64)}`;
      const { args } = scanner.plan(requestFor('registry', { target: { kind: 'registry', reference }, digest }));
      expect(args.join(' ')).toContain(`registry.example/app@${digest}`);
      expect(args.join(' ')).not.toContain('b'.repeat(64));
    });

    it('takes no path for an option', () => {
      const { args } = scanner.plan(requestFor('directory', { target: { kind: 'directory', path: '--config=x' } }));
      expect(args.filter((arg) => arg.startsWith('--config'))).toEqual([]);
    });

    it('refuses standard input, which this program has', () => {
      const request = requestFor('sbom', { target: { kind: 'sbom', path: '-' } });
      expect(() => scanner.plan(request)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    });

    it('carries no secret', () => {
      for (const kind of scanner.reads) {
        const { args, env } = scanner.plan(requestFor(kind));
        expect([...args, ...Object.keys(env)].join(' ')).not.toMatch(/password|token|secret|username|auth/i);
      }
    });

    it('reads a report without findings', async () => {
      expect((await scanner.read(bytes(clean(id)))).findings).toEqual([]);
    });

    const unreadable: readonly (readonly [what: string, text: string])[] = [
      ['nothing', ''],
      ['a web page', '<html><body>busy</body></html>'],
      ['text', 'level=error msg="no"'],
      ['half a report', clean(id).slice(0, 80)],
      ['JSON of something else', '{"matches": []}'],
      ['the report of another program', clean('somebody')],
      ['a report of nobody', '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}'],
      [
        'an SPDX document',
        '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"x","creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: x"]},"packages":[]}',
      ],
      ['a report of a future version', clean(id).replace('1.6', '9.9')],
    ];
    for (const [what, text] of unreadable) {
      it(`refuses ${what} with a code`, async () => {
        await expect(scanner.read(bytes(text))).rejects.toMatchObject({ code: 'REPORT_UNREADABLE' });
      });
    }
  });
}
