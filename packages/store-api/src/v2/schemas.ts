import { severities } from '@assay/contract';
import { analysisStates } from '@assay/store';
import type { Schema } from './v2-route.ts';

const text: Schema = { type: 'string' };
const whole: Schema = { type: 'integer' };
const moment: Schema = { type: 'string', format: 'date-time' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const listOf = (items: Schema): Schema => ({ type: 'array', items });
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** An object that has every one of its properties. */
export function objectOf(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', properties, required: Object.keys(properties) };
}

/** A page of a list. */
export function pageOf(name: string, more: Readonly<Record<string, Schema>> = {}): Schema {
  return objectOf({ ...more, items: listOf(ref(name)), total: ref('Total'), next: orNull(text) });
}

/** `limit` and `cursor` of every list. */
export const pageSchemas: Readonly<Record<string, Schema>> = {
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: 50, description: 'Items of a page.' },
  cursor: { type: 'string', maxLength: 20_000, description: 'The `next` of the page before.' },
};

/** `when` of every question about where. */
export const whenSchema: Schema = {
  ...{ type: 'string', enum: ['now', 'ever'], default: 'now' },
  description: 'What the newest reports say, or what any report ever said.',
};

const packageName = objectOf({ name: text, version: text, manager: text, purl: text });
const diffed = objectOf({
  ...{ cve: text, severity: ref('Severity'), package: text, version: text, manager: text },
});
const diffedPackage = objectOf({ name: text, version: text, manager: text });
const partOf = (items: Schema): Schema => objectOf({ items: listOf(items), total: ref('Total') });

/** The schemas of answers, by name. */
export const components: Readonly<Record<string, Schema>> = {
  Severity: { type: 'string', enum: severities },
  Total: {
    ...objectOf({ kind: { type: 'string', enum: ['exact', 'more-than'] }, value: whole }),
    description: 'Counting ends at 10,000.',
  },
  Artifact: objectOf({
    ...{ id: whole, kind: { type: 'string', enum: ['image', 'source'] } },
    ...{ host: text, organization: text, name: text, digest: text },
  }),
  Triage: objectOf({
    ...{ state: { type: 'string', enum: analysisStates }, justification: text, responses: listOf(text) },
    ...{ comments: text, by: text, at: moment, group: text },
    carriedFrom: orNull(objectOf({ id: whole, digest: text })),
  }),
  Finding: objectOf({
    ...{ cve: text, severity: ref('Severity'), package: packageName, artifact: ref('Artifact') },
    ...{ fixedIn: listOf(text), firstSeen: orNull(moment), lastSeen: orNull(moment), fixedAt: orNull(moment) },
    triage: orNull(ref('Triage')),
  }),
  FindingGroup: objectOf({
    ...{ cve: text, severity: ref('Severity'), artifacts: whole, packages: whole },
    isFixable: { type: 'boolean' },
  }),
  Counts: {
    ...objectOf({
      ...{ critical: whole, high: whole, medium: whole, low: whole, minor: whole, unknown: whole, fixable: whole },
    }),
    description: 'Findings by severity as the document of the report rated them; minor are negligible and none.',
  },
  ArtifactOverview: {
    allOf: [
      ref('Artifact'),
      objectOf({
        ...{ createdAt: moment, counts: orNull(ref('Counts')), groups: listOf(text) },
        lastReport: orNull(objectOf({ uid: text, at: moment })),
      }),
    ],
  },
  HistoryEntry: objectOf({
    ...{ uid: text, at: moment, submittedAt: moment, packages: whole, counts: orNull(ref('Counts')) },
    tool: orNull(objectOf({ name: text, version: text })),
  }),
  Vulnerability: objectOf({
    ...{ id: text, aliases: listOf(text), description: text, url: text, cna: text, references: listOf(text) },
    ...{ severity: ref('Severity'), severityRule: text },
    ratings: listOf(
      objectOf({
        ...{ source: text, method: text, severity: ref('Severity'), score: orNull({ type: 'number' }), vector: text },
        wins: { type: 'boolean' },
      }),
    ),
    packages: partOf(objectOf({ name: text, version: text, manager: text, purl: text, fixedIn: listOf(text) })),
    artifacts: partOf(ref('Artifact')),
    groups: partOf(objectOf({ uid: text, labels: { type: 'object', additionalProperties: text } })),
  }),
  PackageVersion: objectOf({ name: text, version: text, manager: text, artifacts: whole }),
  PackagePlace: objectOf({ package: packageName, artifact: ref('Artifact'), isCurrent: { type: 'boolean' } }),
  DiffSide: objectOf({ report: orNull(text), at: moment, artifact: ref('Artifact'), isScan: { type: 'boolean' } }),
  Diff: objectOf({
    ...{ from: ref('DiffSide'), to: ref('DiffSide') },
    packages: objectOf({
      ...{ added: listOf(diffedPackage), removed: listOf(diffedPackage) },
      changed: listOf(objectOf({ name: text, manager: text, from: text, to: text })),
    }),
    findings: orNull(objectOf({ new: listOf(diffed), fixed: listOf(diffed), kept: listOf(diffed) })),
  }),
  Problem: objectOf({
    ...{ type: text, title: text, status: whole, code: text, detail: text, hint: text, instance: text },
  }),
};
