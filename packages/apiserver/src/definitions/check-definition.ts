import { asArray, asObject, asString, dig, type JsonObject, member } from '../json.ts';
import { compileJsonPath } from '../kinds/json-path.ts';
import { checkRules } from '../rules/check-rules.ts';
import { type FieldError, fieldError } from '../status.ts';
import { checkStructural } from './check-structural.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const kindForm = /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const columnTypes: ReadonlySet<string> = new Set(['integer', 'number', 'string', 'boolean', 'date']);

/** Judges a CustomResourceDefinition as apiextensions does; `spec.preserveUnknownFields: true` is refused. */
export function checkDefinition(definition: JsonObject, old: JsonObject | undefined): FieldError[] {
  const spec = asObject(definition.spec);
  if (spec === undefined) return [fieldError.required('spec')];
  const errors = checkNames(definition, spec);
  const versions = asArray(spec.versions) ?? [];
  const storing = versions.filter((v) => member(v, 'storage') === true).length;
  if (storing !== 1)
    errors.push(
      fieldError.invalid('spec.versions', versions, 'must have exactly one version marked as storage version'),
    );
  const seen = new Set<string>();
  for (const [index, version] of versions.entries()) {
    const name = asString(member(version, 'name')) ?? '';
    const at = `spec.versions[${index}]`;
    if (seen.has(name)) errors.push(fieldError.invalid('spec.versions', versions, 'must contain unique version names'));
    seen.add(name);
    if (!label.test(name))
      errors.push(
        fieldError.invalid(`${at}.name`, name, 'a DNS-1035 label must consist of lower case alphanumeric characters'),
      );
    // One version is kept at the top by the API server, and its errors are named there.
    errors.push(...checkVersion(asObject(version) ?? {}, at, versions.length === 1 ? 'spec' : at));
  }
  if (spec.preserveUnknownFields === true) {
    errors.push(
      fieldError.invalid(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    );
  }
  if (old !== undefined) errors.push(...checkImmutable(spec, asObject(old.spec) ?? {}));
  return errors;
}

function checkNames(definition: JsonObject, spec: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const text = (key: string) => asString(dig(spec, 'names', key)) ?? '';
  const group = asString(spec.group) ?? '';
  const plural = text('plural');
  const name = asString(dig(definition, 'metadata', 'name')) ?? '';
  if (name !== `${plural}.${group}`) {
    errors.push(fieldError.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (group === '') errors.push(fieldError.required('spec.group'));
  else if (!subdomain.test(group))
    errors.push(
      fieldError.invalid(
        'spec.group',
        group,
        'a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters',
      ),
    );
  else if (!group.includes('.'))
    errors.push(fieldError.invalid('spec.group', group, 'should be a domain with at least one dot'));
  const scope = spec.scope ?? '';
  if (scope === '') errors.push(fieldError.required('spec.scope'));
  else if (scope !== 'Cluster' && scope !== 'Namespaced')
    errors.push(fieldError.notSupported('spec.scope', scope, ['Cluster', 'Namespaced']));
  if (plural !== '' && !label.test(plural))
    errors.push(
      fieldError.invalid(
        'spec.names.plural',
        plural,
        'a DNS-1035 label must consist of lower case alphanumeric characters',
      ),
    );
  for (const key of ['kind', 'listKind']) {
    if (text(key) !== '' && !kindForm.test(text(key)))
      errors.push(
        fieldError.invalid(
          `spec.names.${key}`,
          text(key),
          'may have mixed case, but should otherwise match: a DNS-1035 label',
        ),
      );
  }
  if (text('kind') !== '' && text('kind') === text('listKind')) {
    errors.push(fieldError.invalid('spec.names.listKind', text('listKind'), 'kind and listKind may not be the same'));
  }
  return errors;
}

function checkVersion(version: JsonObject, at: string, top: string): FieldError[] {
  const schemaAt = top === 'spec' ? 'spec.validation.openAPIV3Schema' : `${at}.schema.openAPIV3Schema`;
  const errors: FieldError[] = [];
  const schema = dig(version, 'schema', 'openAPIV3Schema');
  if (schema === undefined) {
    errors.push(fieldError.required(`${at}.schema.openAPIV3Schema`, 'schemas are required'));
  } else {
    const structural = checkStructural(schema, schemaAt);
    errors.push(...structural);
    if (structural.length === 0) errors.push(...checkRules(schema, schemaAt));
  }
  const columnsAt = top === 'spec' ? 'spec.additionalPrinterColumns' : `${at}.additionalPrinterColumns`;
  for (const [index, column] of (asArray(version.additionalPrinterColumns) ?? []).entries()) {
    errors.push(...checkColumn(asObject(column) ?? {}, `${columnsAt}[${index}]`));
  }
  const scaleAt = `${top === 'spec' ? 'spec' : at}.subresources.scale`;
  const scale = dig(version, 'subresources', 'scale');
  if (scale !== undefined) {
    errors.push(...checkScalePath(member(scale, 'specReplicasPath'), '.spec', `${scaleAt}.specReplicasPath`));
    errors.push(...checkScalePath(member(scale, 'statusReplicasPath'), '.status', `${scaleAt}.statusReplicasPath`));
  }
  return errors;
}

function checkScalePath(path: unknown, root: string, at: string): FieldError[] {
  if (typeof path !== 'string' || path === '') return [fieldError.required(at)];
  if (path.startsWith(`${root}.`) && !path.includes('[')) return [];
  return [fieldError.invalid(at, path, `should be a json path under ${root}`)];
}

function checkColumn(column: JsonObject, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = asString(column.type) ?? '';
  const path = asString(column.jsonPath) ?? '';
  if ((column.name ?? '') === '') errors.push(fieldError.required(`${at}.name`));
  if (type === '') errors.push(fieldError.required(`${at}.type`, 'must be one of boolean,date,integer,number,string'));
  else if (!columnTypes.has(type))
    errors.push(fieldError.invalid(`${at}.type`, type, 'must be one of boolean,date,integer,number,string'));
  if (path === '') return [...errors, fieldError.required(`${at}.JSONPath`)];
  try {
    if (!path.startsWith('.')) throw new Error('must be a simple json path starting with .');
    compileJsonPath(path);
  } catch (error) {
    errors.push(fieldError.invalid(`${at}.JSONPath`, path, error instanceof Error ? error.message : String(error)));
  }
  return errors;
}

function checkImmutable(spec: JsonObject, old: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const path of [['group'], ['scope'], ['names', 'kind'], ['names', 'plural']]) {
    const value = dig(spec, ...path);
    if (value !== dig(old, ...path))
      errors.push(fieldError.invalid(`spec.${path.join('.')}`, value, 'field is immutable'));
  }
  return errors;
}
