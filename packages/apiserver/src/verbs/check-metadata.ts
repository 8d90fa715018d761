import type { Call } from '../context.ts';
import { asArray, asObject, asString, type JsonObject, member } from '../json.ts';
import { metadataSchema } from '../kinds/core-kinds.ts';
import { validate } from '../schema/validate.ts';
import { type FieldError, fieldError } from '../status.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const segment = /^[^/%]+$/;
const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

const labelNamed: ReadonlySet<string> = new Set(['Namespace', 'Service']);
const pathNamed: ReadonlySet<string> = new Set(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);

/** Judges `metadata`: name, labels, annotations, owners, finalizers. */
export function checkMetadata(call: Call, object: JsonObject): FieldError[] {
  const metadata = asObject(object.metadata) ?? {};
  const errors = validate(metadataSchema, metadata, 'metadata').filter((e) => e.reason === 'FieldValueTypeInvalid');
  if (errors.length > 0) return errors;
  errors.push(...checkName(call, metadata));
  errors.push(...checkLabels(asObject(metadata.labels) ?? {}));
  errors.push(...checkAnnotations(asObject(metadata.annotations) ?? {}));
  errors.push(...checkOwners(metadata));
  for (const [index, finalizer] of (asArray(metadata.finalizers) ?? []).entries()) {
    const bad = qualifiedNameProblem(String(finalizer));
    if (bad !== undefined) errors.push(fieldError.invalid(`metadata.finalizers[${index}]`, finalizer, bad));
  }
  return errors;
}

function checkName(call: Call, metadata: JsonObject): FieldError[] {
  const name = asString(metadata.name) ?? '';
  if (name === '') return [fieldError.required('metadata.name', 'name or generateName is required')];
  const { kind } = call.kind;
  if (!call.kind.custom && labelNamed.has(kind)) {
    const max = 63;
    if (name.length > max) return [fieldError.invalid('metadata.name', name, `must be no more than ${max} bytes`)];
    return label.test(name) ? [] : [fieldError.invalid('metadata.name', name, labelText)];
  }
  if (!call.kind.custom && pathNamed.has(kind)) {
    const fine = segment.test(name) && name !== '.' && name !== '..';
    return fine ? [] : [fieldError.invalid('metadata.name', name, "may not contain '/' or '%'")];
  }
  if (name.length > 253) return [fieldError.invalid('metadata.name', name, 'must be no more than 253 bytes')];
  return subdomain.test(name) ? [] : [fieldError.invalid('metadata.name', name, subdomainText)];
}

function qualifiedNameProblem(text: string): string | undefined {
  const parts = text.split('/');
  const name = parts[parts.length - 1] ?? '';
  if (parts.length > 2)
    return "a qualified name must consist of alphanumeric characters, with an optional DNS subdomain prefix and '/'";
  if (parts.length === 2 && (parts[0] === '' || (parts[0] ?? '').length > 253 || !subdomain.test(parts[0] ?? ''))) {
    return `prefix part ${subdomainText}`;
  }
  if (name === '') return 'name part must be non-empty';
  if (name.length > 63) return 'name part must be no more than 63 bytes';
  if (qualifiedName.test(name)) return undefined;
  return "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
}

function checkLabels(labels: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels)) {
    const bad = qualifiedNameProblem(key);
    if (bad !== undefined) errors.push(fieldError.invalid('metadata.labels', key, bad));
    const text = String(value);
    if (text.length > 63) errors.push(fieldError.invalid('metadata.labels', text, 'must be no more than 63 bytes'));
    else if (!labelValue.test(text)) {
      errors.push(
        fieldError.invalid(
          'metadata.labels',
          text,
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        ),
      );
    }
  }
  return errors;
}

const annotationLimit = 256 * 1024;

function checkAnnotations(annotations: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) {
    const bad = qualifiedNameProblem(key.toLowerCase());
    if (bad !== undefined) errors.push(fieldError.invalid('metadata.annotations', key, bad));
    size += key.length + Buffer.byteLength(String(value));
  }
  if (size > annotationLimit) errors.push(fieldError.tooLong('metadata.annotations', annotationLimit));
  return errors;
}

function checkOwners(metadata: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  let controllers = 0;
  const at = 'metadata.ownerReferences';
  for (const owner of asArray(metadata.ownerReferences) ?? []) {
    for (const key of ['apiVersion', 'kind', 'name', 'uid']) {
      const value = asString(member(owner, key)) ?? '';
      if (value === '') errors.push(fieldError.invalid(`${at}.${key}`, value, 'must not be empty'));
    }
    if (member(owner, 'controller') === true) controllers += 1;
  }
  if (controllers > 1) {
    errors.push(
      fieldError.invalid('metadata.ownerReferences', null, 'Only one reference can have Controller set to true.'),
    );
  }
  return errors;
}
