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
  /** What a good result does not show; printed with it. */
  readonly limits: readonly string[];
  run(seed: number, size: number): Promise<{ readonly isGood: boolean; readonly lines: readonly string[] }>;
}

/** The other two figures of the oracle for Rego: OPA's own cases, and modules checked beside OPA. */
async function oracle(): Promise<readonly string[]> {
  const { findOpa } = await import('@assay/testkit');
  const { casesFolder, casesModule, categoriesOf, runCategory } = await import('../packages/rego/test/oracle/cases.ts');
  const { compareChecks } = await import('../packages/rego/test/oracle/broken-modules.ts');
  const folder = casesFolder();
  if (folder === undefined) throw new Error(`OPA's cases are not there: go mod download ${casesModule}`);
  let [count, failed, broken, differences] = [0, 0, 0, 0];
  for (const dialect of ['v0', 'v1'] as const) {
    for (const category of categoriesOf(folder, dialect)) {
      const outcome = await runCategory(folder, dialect, category);
      count += outcome.count;
      failed += outcome.failures.length;
    }
    const compared = await compareChecks(findOpa('campaign rego') ?? '', dialect);
    broken += compared.broken;
    differences += compared.differences.length;
  }
  return [
    `| OPA's own cases that pass | ${count - failed} of ${count} |`,
    `| broken modules checked beside \`opa check --strict\`, unknown differences | ${broken}, ${differences} |`,
  ];
}

/** Each is loaded when it is asked for. */
const campaigns: Readonly<Record<string, Campaign>> = {
  lifecycle: {
    title: 'Lifecycle: scans under faults and controller kills, and twenty guards taken out one by one',
    size: 100_000,
    limits: [
      'The target was 100 000 scans in 60 s on two cores; see the row above. Half of the time is the API server in memory and its JSON.',
      'Status writes per scan may be 5 + 3 per run (25 + 3 for a missing account). That nothing is written or told twice is judged where no answer is lost; after a lost answer it may be.',
      'Fairness counts admissions out of turn, with a tolerance of one place, up to 15 % in a world and 10 % over all, which is not a share of places over time; it is not judged where everything comes late.',
      'A run made, finished and tidied away while no controller lived may be run again.',
      '60 % of the runs that go well have no pod, and the CRD schemas are open.',
      'Two guards stand in two places and are taken out together; that the program then crashes counts as noticed too.',
      'An end that is told twice is noticed, one that is told in no Event is not; of writes, only those of a status are counted.',
    ],
    run: async (seed, size) =>
      (await import('../packages/controller/test/simulation/campaign.ts')).lifecycleCampaign(seed, size),
  },
  rego: {
    title: 'Rego: random policies and inputs, this engine beside opa',
    size: 100_000,
    limits: [
      'Left out of policies: built-ins that are not there yet, that are never the same twice, that leave the process, and relations (`walk`).',
      'Not compared, yet in the number of pairs (how many is not known): pairs on which OPA’s server answered eval_internal_error or dropped the connection, and pairs beyond our limits of time and memory. Not compared and not in it: policies that OPA alone calls unsafe (a variable in a reference and in a comprehension of one expression).',
      'A pair counts as one with a result when the whole document is not empty; errors, `undefined` and rules with empty sets are in it.',
      'Taken out of the generator after they had shown differences: the number `1.0`, the text `"\\t \\n"`, the score `1e-7`. A text of several lines that ends in blanks is quoted by `yaml.marshal` where OPA writes a block: a known difference.',
      'Whether both refuse a policy is compared, not with which of several errors; that is `packages/rego/test/check.test.ts`.',
      'Sets with variables in them are not iterated over: OPA looks at equal members twice.',
    ],
    run: async (seed, size) => {
      const { findOpa } = await import('@assay/testkit');
      const { OpaServer } = await import('../packages/rego/test/fuzz/opa-server.ts');
      const { fuzz } = await import('../packages/rego/test/fuzz/differ.ts');
      const { fuzzedBuiltins } = await import('../packages/rego/test/fuzz/generate.ts');
      const server = await OpaServer.start(findOpa('campaign rego') ?? '');
      const report = await fuzz(server, { seed, pairs: size, inputsPerPolicy: 8, mostDifferences: 20 }).finally(() =>
        server.stop(),
      );
      const outcomes = await oracle();
      const rare = fuzzedBuiltins.filter((name) => (report.calls.get(name) ?? 0) < 100);
      return {
        isGood: report.differences.length === 0,
        lines: [
          '| what | value |',
          '|---|---|',
          `| pairs of policy and input | ${report.pairs} |`,
          `| policies, of which both refuse | ${report.policies}, ${report.refused} |`,
          `| pairs with a result | ${((100 * report.defined) / report.pairs).toFixed(0)} % |`,
          `| built-ins called in 100 pairs or more | ${fuzzedBuiltins.length - rare.length} of ${fuzzedBuiltins.length} |`,
          `| differences | ${report.differences.length} |`,
          ...outcomes,
          ...report.differences.map(
            ({ seed: at, policy, input, ours, opa }) =>
              `\n### Seed ${at}\n\n\`\`\`rego\n${policy}\`\`\`\n\n- input: \`${JSON.stringify(input).slice(0, 300)}\`\n- ours: \`${ours.slice(0, 300)}\`\n- opa: \`${opa.slice(0, 300)}\``,
          ),
        ],
      };
    },
  },
  'store-kills': {
    title: 'The store: its process ended by SIGKILL while it stores, on PGlite and PostgreSQL',
    size: 100,
    limits: [
      'One client at a time writes; a document has 60 packages and 20 findings.',
      'The process is killed, not the machine: PGlite writes without fsync, and PostgreSQL itself goes on.',
    ],
    run: async (seed, size) => {
      const { engines } = await import('../packages/store/test/engines.ts');
      const { killLoop } = await import('../packages/store/test/kill-loop.ts');
      const lines: string[] = [];
      let isGood = true;
      for (const engine of engines()) {
        try {
          const { kills, acknowledged, lost, halves } = await killLoop(await engine.create(), size, seed);
          isGood &&= lost.length === 0 && halves === 0;
          lines.push(`| ${engine.name}: kills, documents acknowledged | ${kills}, ${acknowledged} |`);
          lines.push(
            `| ${engine.name}: acknowledged and lost or not whole, half reports | ${lost.length}, ${halves} |`,
          );
        } finally {
          await engine.stop();
        }
      }
      return { isGood, lines };
    },
  },
  kills: {
    title: 'Kills: the leading controller ended by SIGKILL at random moments, on the cluster of ../shared',
    size: 60,
    limits: ['The lease is 3 s here instead of 15 s, so that more kills hit a leader.', 'The scanner is a stub.'],
    run: async (seed, size) => {
      const { clusterEnvironment, openCluster } = await import('../e2e/cluster.ts');
      const { withInstallation } = await import('../e2e/installation.ts');
      const { killControllers } = await import('../e2e/kills.ts');
      const env = clusterEnvironment();
      const { KUBECONFIG: kubeconfig = '' } = env;
      const options = { kills: size, random: randomOf(seed), kubeconfig };
      const result = await withInstallation(env, () => killControllers(openCluster(), options));
      const { kills, scans, mostActivePods, broken } = result;
      return {
        isGood: broken.length === 0,
        lines: [
          `- ${kills} leaders killed; ${scans} scans, each ended \`True Succeeded\` by one run of its own, but for what follows.`,
          `- ${mostActivePods} pods of scans at the same time at most; 3 are allowed.`,
          ...(broken.length === 0 ? ['- No promise was broken.'] : broken.map((one) => `- **Broken**: ${one}`)),
        ],
      };
    },
  },
};

/** mulberry32: the same seed, the same moments. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

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
  '## What this does not show',
  ...campaign.limits.map((limit) => `- ${limit}`),
  '',
];
writeFileSync(join(root, 'docs', 'campaigns', `${name}.md`), page.join('\n'));
process.stdout.write(`${page.join('\n')}\n${isGood ? 'all promises were kept' : 'promises were broken'}\n`);
process.exitCode = isGood ? 0 : 1;
