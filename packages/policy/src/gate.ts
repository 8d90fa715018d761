import { leavesOpen, type Report } from '@assay/contract';
import {
  type Compiled,
  compile,
  isArray,
  isObject,
  isSet,
  jsonText,
  lookup,
  parseJson,
  RegoError,
  type Value,
} from '@assay/rego';
import { type CheckOptions, toInvalid } from './check-policies.ts';
import type { PolicyFiles } from './load-files.ts';

/** One thing a gate has to say. */
export interface GateReason {
  readonly means: 'violating' | 'undecided';
  /** One sentence, of the policy or about it. */
  readonly message: string;
}

/** Policies that are ready to judge reports. */
export interface PolicyGate {
  /** Why the report may not pass, or why nobody can say; empty when it may. Never throws for what a policy does. */
  judge(report: Report, now: Date): readonly GateReason[];
}

export interface GateOptions extends CheckOptions {
  /** Milliseconds of one package's policy. */
  readonly timeoutMs: number;
}

/** Reasons that are told one by one; the rest are counted. */
const mostTold = 100;

/**
 * Makes a gate of every package that defines `deny`: a set or list of messages, or true. The input is `{"report": …}`, findings that were taken out of the
 * count in `report.suppressed`. An answer nobody can read, an error, a limit, and a report with parts that could not be judged are undecided.
 * Throws POLICY_INVALID for what does not compile.
 */
export async function createGate({ modules, data }: PolicyFiles, options: GateOptions): Promise<PolicyGate> {
  const { dialect, strict, timeoutMs } = options;
  const compiled = await compile(modules, { dialect, strict }).catch(toInvalid);
  const packages = denyingPackages(compiled);
  const queries = await Promise.all(
    packages.map(async (name) => ({ name, query: await compiled.prepare(`${name}.deny`).catch(toInvalid) })),
  );
  return {
    judge(report, now) {
      const reasons: GateReason[] = queries.length === 0 ? [undecided('no policy defines deny')] : [];
      const open = [...new Set(report.notices.filter(leavesOpen).map(({ code }) => code))];
      if (open.length > 0) reasons.push(undecided(`a part could not be judged (${open.join(', ')})`));
      const input = inputOf(report);
      for (const { name, query } of queries) {
        try {
          const { results } = query.evaluate(input, {
            data,
            now: BigInt(now.getTime()) * 1_000_000n,
            deadline: performance.now() + timeoutMs,
          });
          reasons.push(...reasonsOf(name, results[0]?.expressions[0]?.value));
        } catch (error) {
          if (!(error instanceof RegoError)) throw error;
          reasons.push(undecided(`${name} cannot be evaluated: ${error}`));
        }
      }
      return reasons;
    },
  };
}

const undecided = (message: string): GateReason => ({ means: 'undecided', message });

/** `data.release`, of packages that have a rule `deny`; tests of policies are none. */
function denyingPackages({ modules }: Compiled): readonly string[] {
  const found = new Set<string>();
  for (const module of modules) {
    if (!module.rules.some(({ head }) => head.name === 'deny' && head.args === undefined && head.ref.length <= 2))
      continue;
    found.add(packageName(module));
  }
  return [...found].sort();
}

function packageName({ package: { path } }: Compiled['modules'][number]): string {
  return path
    .map((term, at) => {
      const text = term.kind === 'var' ? term.name : term.kind === 'scalar' ? String(term.value) : '';
      if (at === 0) return text;
      return /^[A-Za-z_]\w*$/.test(text) ? `.${text}` : `[${JSON.stringify(text)}]`;
    })
    .join('');
}

/** The report as policies see it. */
function inputOf(report: Report): Value {
  const findings = report.findings.filter(({ suppressed }) => suppressed === undefined);
  const suppressed = report.findings.filter((finding) => finding.suppressed !== undefined);
  return parseJson(JSON.stringify({ report: { ...report, findings, suppressed } }));
}

/** An undefined `deny` says nothing against the report: the package does define it. */
function reasonsOf(name: string, value: Value | undefined): readonly GateReason[] {
  if (value === undefined || value === false) return [];
  if (value === true) return [{ means: 'violating', message: `${name}.deny is true` }];
  const members = isArray(value) ? value : isSet(value) ? value.sorted : undefined;
  if (members === undefined)
    return [undecided(`${name}.deny is neither a set, a list nor a truth value: ${shown(jsonText(value))}`)];
  const told = members.slice(0, mostTold).map((one): GateReason => ({ means: 'violating', message: messageOf(one) }));
  const more = members.length - told.length;
  return more === 0 ? told : [...told, { means: 'violating', message: `and ${more} more of ${name}.deny` }];
}

/** A text, or an object with a message, as people write them. */
function messageOf(value: Value): string {
  if (typeof value === 'string') return shown(value);
  const message = isObject(value) ? (lookup(value, 'msg') ?? lookup(value, 'message')) : undefined;
  return shown(typeof message === 'string' ? message : jsonText(value));
}

const shown = (text: string): string => (text.length > 500 ? `${text.slice(0, 500)}…` : text);
