// Long runs, whose last result is kept under docs/campaigns with the commit and the seed:
//   npm run campaign -- NAME [--seed N] [--size N]
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './source-files.ts';

interface Campaign {
  readonly title: string;
  readonly size: number;
  run(seed: number, size: number): Promise<{ readonly isGood: boolean; readonly lines: readonly string[] }>;
}

/** Each is loaded when it is asked for. */
const campaigns: Readonly<Record<string, Campaign>> = {
  lifecycle: {
    title: 'Lifecycle: scans under faults and controller kills, and every guard taken out once',
    size: 100_000,
    run: async (seed, size) =>
      (await import('../packages/controller/test/simulation/campaign.ts')).lifecycleCampaign(seed, size),
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, size: { type: 'string' } },
});
const [name = ''] = positionals;
const campaign = Object.hasOwn(campaigns, name) ? campaigns[name] : undefined;
if (campaign === undefined) {
  process.stderr.write(
    `usage: npm run campaign -- NAME [--seed N] [--size N]\nnames: ${Object.keys(campaigns).join(', ')}\n`,
  );
  process.exit(2);
}

const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const size = Number(values.size ?? campaign.size);
const { isGood, lines } = await campaign.run(seed, size);
const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const isDirty = git('status', '--porcelain', '--untracked-files=no') !== '';
const page = [
  `# ${campaign.title}`,
  '',
  `\`npm run campaign -- ${name} --seed ${seed} --size ${size}\`, ${new Date().toISOString().slice(0, 10)}, commit ${git('rev-parse', '--short=12', 'HEAD')}${isDirty ? ' with changes' : ''}, ${cpus().length} CPUs.`,
  '',
  ...lines,
  '',
];
writeFileSync(join(root, 'docs', 'campaigns', `${name}.md`), page.join('\n'));
process.stdout.write(`${page.join('\n')}\n${isGood ? 'all promises were kept' : 'promises were broken'}\n`);
process.exitCode = isGood ? 0 : 1;
