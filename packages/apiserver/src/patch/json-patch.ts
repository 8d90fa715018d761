import { asArray, asObject, asString, cloneJson, equalJson, type Json, type JsonObject, member } from '../json.ts';
import { ApiError, badRequest } from '../status.ts';

const maxOperations = 10_000;

/** JSON patch (RFC 6902). Throws 400 for a patch that is none, 422 for one that does not fit the object. */
export function jsonPatch(target: JsonObject, patch: Json): Json {
  const operations = asArray(patch);
  if (operations === undefined)
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  if (operations.length > maxOperations) {
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${operations.length}`,
    );
  }
  const root: JsonObject = { '': cloneJson(target) };
  for (const operation of operations) perform(root, operation);
  return root[''] ?? null;
}

function misfit(message: string): ApiError {
  return new ApiError(422, 'Invalid', `the server rejected our request due to an error in our request: ${message}`, {});
}

function perform(root: JsonObject, operation: Json): void {
  const op = asString(member(operation, 'op'));
  const path = asString(member(operation, 'path'));
  if (path === undefined) throw badRequest('a JSON patch operation has no path');
  const value = member(operation, 'value');
  const from = asString(member(operation, 'from')) ?? '';
  if (op === 'add') add(root, path, cloneJson(value ?? null));
  else if (op === 'remove') remove(root, path);
  else if (op === 'replace') replace(root, path, cloneJson(value ?? null));
  else if (op === 'move') add(root, path, remove(root, from));
  else if (op === 'copy') add(root, path, cloneJson(read(root, from)));
  else if (op === 'test') {
    const found = tryRead(root, path);
    if (!equalJson(found ?? null, value ?? null)) throw misfit(`testing value ${path} failed: test failed`);
  } else throw badRequest(`Unexpected kind: ${op ?? 'undefined'}`);
}

function segments(path: string): string[] {
  if (path !== '' && !path.startsWith('/')) throw misfit(`${path} is no JSON pointer`);
  return path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function parentOf(root: JsonObject, path: string): { parent: Json; last: string } {
  const parts = segments(path);
  const last = parts.pop() ?? '';
  let at: Json = root;
  for (const part of parts) {
    const next: Json | undefined = step(at, part);
    if (next === undefined) throw misfit(`doc is missing path: ${path}`);
    at = next;
  }
  return { parent: at, last };
}

function step(at: Json, part: string): Json | undefined {
  if (Array.isArray(at)) return /^(0|[1-9]\d*)$/.test(part) ? at[Number(part)] : undefined;
  return member(at, part);
}

function tryRead(root: JsonObject, path: string): Json | undefined {
  let at: Json | undefined = root;
  for (const part of segments(path)) at = at === undefined ? undefined : step(at, part);
  return at;
}

function read(root: JsonObject, path: string): Json {
  const found = tryRead(root, path);
  if (found === undefined) throw misfit(`doc is missing key: ${path}`);
  return found;
}

function add(root: JsonObject, path: string, value: Json): void {
  const { parent, last } = parentOf(root, path);
  if (Array.isArray(parent)) {
    const at = last === '-' ? parent.length : Number(last);
    if (!Number.isInteger(at) || at < 0 || at > parent.length) throw misfit(`Unable to access invalid index: ${last}`);
    parent.splice(at, 0, value);
    return;
  }
  const object = asObject(parent);
  if (object === undefined) throw misfit(`doc is missing path: ${path}`);
  object[last] = value;
}

function remove(root: JsonObject, path: string): Json {
  const value = tryRead(root, path);
  if (value === undefined) throw misfit(`remove operation does not apply: doc is missing path: ${path}`);
  const { parent, last } = parentOf(root, path);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete asObject(parent)?.[last];
  return value;
}

function replace(root: JsonObject, path: string, value: Json): void {
  if (tryRead(root, path) === undefined) throw misfit(`replace operation does not apply: doc is missing key: ${path}`);
  const { parent, last } = parentOf(root, path);
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else {
    const object = asObject(parent);
    if (object !== undefined) object[last] = value;
  }
}
