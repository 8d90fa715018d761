import { missingBuiltins } from '../../src/builtins/missing.ts';
import { exclusions } from '../exclusions.ts';
import { brokenModules, knownDifferences } from './broken-modules.ts';
import type { CategoryOutcome } from './cases.ts';

/** The reference page: what of OPA is there, as the oracle found it. */
export function regoPage(outcomes: readonly CategoryOutcome[]): string {
  const total = (of: (outcome: CategoryOutcome) => number): number => outcomes.reduce((sum, one) => sum + of(one), 0);
  const count = total((one) => one.count);
  const passed = total((one) => one.count - one.failures.length);
  const modules = brokenModules('v0').length + brokenModules('v1').length;
  const missing = [...missingBuiltins];
  return `# Rego

<!-- Written by UPDATE_PAGES=1 npx vitest run packages/rego/test/compliance.test.ts -->

The policy language is Rego as OPA 1.22 has it, evaluated in this process. Three things are compared with OPA itself; \`npm run campaign -- rego\` prints all three.

| what | result |
|---|---|
| OPA's own cases (v0 and v1) | ${passed} of ${count} pass; ${total((one) => one.excluded)} more are excluded |
| random policies and inputs | see [the campaign](../campaigns/rego.md); 2 000 pairs with a new seed in every CI run |
| modules, nearly all of them broken, beside \`opa check --strict\` | ${modules - knownDifferences.size} of ${modules} have the same codes, rows and columns |

## Refused when a policy is compiled

- What would leave the process, even where a test replaces it: \`http.send\`, \`net.lookup_ip_addr\`, \`opa.runtime\`.
${missing.length === 0 ? '' : `- Built-ins that are not there yet: ${missing.map((name) => `\`${name}\``).join(', ')}.\n`}
## Cases that are excluded

| note | why |
|---|---|
${exclusions.map(({ note, because }) => `| ${note} | ${because} |`).join('\n')}

## Known differences of \`assay policy check --strict\`

${[...knownDifferences.values()].map((reason) => `- ${reason[0]?.toUpperCase()}${reason.slice(1)}.`).join('\n')}

## OPA's cases by category

| category | cases | pass |
|---|---|---|
${outcomes.map((one) => `| ${one.dialect} ${one.category} | ${one.count} | ${one.count - one.failures.length} |`).join('\n')}
`;
}
