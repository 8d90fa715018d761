import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTurn } from './measure.ts';
import { assay, benchFolder, findFixtures } from './peers.ts';
import { type Figure, ratio } from './table.ts';

/** Cost grows with what is read, not with what is known. */
export async function run(rounds: number): Promise<readonly Figure[]> {
  const advisories = findFixtures('advisories');
  if (advisories === undefined) throw new Error('bench growth: ../shared/fixtures is not beside this checkout');
  mkdirSync(benchFolder, { recursive: true });
  const once = join(benchFolder, 'data-once.db');
  const twice = join(benchFolder, 'data-twice.db');
  const extra = extraRecords(readdirSync(join(advisories, 'osv')));
  execFileSync(assay, ['db', 'build', join(advisories, 'osv'), '--output', once], { stdio: ['ignore', 2, 2] });
  execFileSync(assay, ['db', 'build', join(advisories, 'osv'), extra, '--output', twice], { stdio: ['ignore', 2, 2] });
  const few = document(10_000);
  const many = document(20_000);
  const scan = (file: string, db: string) => ({
    program: assay,
    args: ['scan', `sbom:${file}`, '-q', '-o', 'json', '--db', db],
  });
  const done = await inTurn(
    { base: scan(few, once), twiceData: scan(few, twice), twicePackages: scan(many, once) },
    rounds,
  );
  return [
    ...ratio('twice the data, 10 000 packages: wall', done.twiceData, done.base, 1.05),
    ...ratio('twice the packages: wall', done.twicePackages, done.base, 2),
    { what: '10 000 packages: wall', value: done.base?.wall ?? 0, unit: 's' },
  ];
}

/** As many records again, of packages nobody scans. */
function extraRecords(ecosystems: readonly string[]): string {
  const folder = join(benchFolder, 'extra-records');
  if (existsSync(folder)) return folder;
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < 15_000; index++) {
    const ecosystem = ecosystems[index % ecosystems.length] ?? 'npm';
    const record = {
      id: `BENCH-${index}`,
      modified: '2026-01-01T00:00:00Z',
      affected: [
        {
          package: {
            ecosystem: ecosystem === 'Debian' ? 'Debian:12' : ecosystem === 'Alpine' ? 'Alpine:v3.4' : ecosystem,
            name: `bench-package-${index}`,
          },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }],
        },
      ],
    };
    writeFileSync(join(folder, `BENCH-${index}.json`), JSON.stringify(record));
  }
  return folder;
}

const names = ['django', 'flask', 'jinja2', 'requests', 'urllib3', 'pillow', 'pyyaml', 'numpy'];

/** Packages of PyPI, every hundredth of which has findings. */
function document(count: number): string {
  const path = join(benchFolder, `packages-${count}.cdx.json`);
  rmSync(path, { force: true });
  const components = Array.from({ length: count }, (_, index) => {
    const name = index % 100 === 0 ? (names[(index / 100) % names.length] ?? 'django') : `bench-absent-${index}`;
    const version = `1.${index % 40}.${index % 7}`;
    return { type: 'library', name, version, 'bom-ref': `c${index}`, purl: `pkg:pypi/${name}@${version}` };
  });
  writeFileSync(path, JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components }));
  return path;
}
