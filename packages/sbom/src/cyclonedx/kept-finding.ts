import type { Finding, RatingMethod, Severity } from '@assay/contract';
import { severities } from '@assay/contract';
import { isObject, type JsonObject } from '../json/value.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isFlag: Check = (value) => typeof value === 'boolean';

/** An object whose members pass; `?` marks those that may be absent. Others are not allowed: they would enter the model. */
function isRecord(checks: Readonly<Record<string, Check>>): Check {
  return (value) =>
    isObject(value) &&
    Object.keys(value).every((key) => Object.hasOwn(checks, key) || Object.hasOwn(checks, `${key}?`)) &&
    Object.entries(checks).every(([key, check]) => {
      if (!key.endsWith('?')) return check(value[key]);
      const inner = value[key.slice(0, -1)];
      return inner === undefined || check(inner);
    });
}

function isListOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

const severityWords: ReadonlySet<unknown> = new Set<Severity>(severities);
const isSeverity: Check = (value) => severityWords.has(value);
const methodWords: ReadonlySet<unknown> = new Set<RatingMethod>([
  'CVSSv2',
  'CVSSv3',
  'CVSSv31',
  'CVSSv4',
  'OWASP',
  'SSVC',
  'vendor',
  'other',
]);
const fixStates: ReadonlySet<unknown> = new Set<Finding['fixState']>(['fixed', 'not-fixed', 'wont-fix', 'unknown']);

const isRating = isRecord({
  source: isText,
  method: (value) => methodWords.has(value),
  severity: isSeverity,
  'score?': isNumber,
  'vector?': isText,
});
const isEvidence = isRecord({
  advisory: isText,
  source: isText,
  matchedName: isText,
  matchedVersion: isText,
  range: isText,
  'url?': isText,
});

const isSuppression = isRecord({
  by: (value) => value === 'ignore' || value === 'vex',
  reason: isText,
  source: isText,
  'until?': isText,
});
const isAnalysis = isRecord({ state: isText, 'justification?': isText, 'responses?': isTexts, 'detail?': isText });
const isPackage = isRecord({
  ref: isText,
  name: isText,
  version: isText,
  'purl?': isText,
  locations: isListOf(isRecord({ path: isText, 'layer?': isText })),
});

/** Fields of a finding that a property of ours may carry. */
const rules = {
  id: { check: isText },
  aliases: { check: isTexts },
  package: { check: isPackage },
  severity: { check: isSeverity },
  severitySource: { check: isText },
  ratings: { check: isListOf(isRating) },
  fixState: { check: (value) => fixStates.has(value) },
  fixedIn: { check: isTexts },
  evidence: { check: isListOf(isEvidence) },
  title: { check: isText, optional: true },
  description: { check: isText, optional: true },
  urls: { check: isTexts },
  cwes: { check: isTexts },
  publishedAt: { check: isText, optional: true },
  modifiedAt: { check: isText, optional: true },
  kev: { check: isRecord({ dateAdded: isText, 'dueDate?': isText, 'ransomware?': isFlag }), optional: true },
  epss: { check: isRecord({ score: isNumber, percentile: isNumber, 'date?': isText }), optional: true },
  analysis: { check: isAnalysis, optional: true },
  suppressed: { check: isSuppression, optional: true },
} as const satisfies Record<keyof Finding, { readonly check: Check; readonly optional?: true }>;

/** `plain` with what our property keeps. Fields that are not of their type are named in `bad` and left as they were. */
export function withKeptFinding(plain: Finding, kept: JsonObject, bad: (field: string) => void): Finding {
  const fields = new Map<string, unknown>(Object.entries(plain));
  const known = new Map<string, { readonly check: Check; readonly optional?: true }>(Object.entries(rules));
  for (const [field, value] of Object.entries(kept)) {
    const rule = known.get(field);
    if (rule !== undefined && value === null && rule.optional === true) fields.delete(field);
    else if (rule?.check(value) === true) fields.set(field, value);
    else bad(field);
  }
  // Every field passed the check of its own rule, and required ones stay: the type still holds.
  return Object.fromEntries(fields) as unknown as Finding;
}
