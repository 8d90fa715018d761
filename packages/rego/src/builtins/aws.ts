import { createHash, createHmac } from 'node:crypto';
import { entriesOf, getKey, keysOf } from '../values/access.ts';
import { jsonText } from '../values/json.ts';
import { toInt64 } from '../values/number.ts';
import { RegoObject } from '../values/object.ts';
import { RegoSet } from '../values/set.ts';
import { valueText } from '../values/text.ts';
import { isObject, type ObjectValue, type Value } from '../values/value.ts';
import { parseUrl } from './go-url.ts';
import { builtin, numberOperand, objectOperand, operandError, operandProblem } from './operands.ts';

// Signature version 4. Source: AWS General Reference, "Signature Version 4 signing process".

const needed = ['aws_access_key', 'aws_region', 'aws_secret_access_key', 'aws_service'];
/** What a request of `http.send` may say. */
const requestKeys = new Set([
  'method',
  'url',
  'body',
  'enable_redirect',
  'force_json_decode',
  'force_yaml_decode',
  'headers',
  'raw_body',
  'tls_use_system_certs',
  'tls_ca_cert',
  'tls_ca_cert_file',
  'tls_ca_cert_env_variable',
  'tls_client_cert',
  'tls_client_cert_file',
  'tls_client_cert_env_variable',
  'tls_client_key',
  'tls_client_key_file',
  'tls_client_key_env_variable',
  'tls_insecure_skip_verify',
  'tls_server_name',
  'timeout',
  'cache',
  'force_cache',
  'force_cache_duration_seconds',
  'raise_error',
  'caching_mode',
  'max_retry_attempts',
  'cache_ignored_headers',
]);
/** Headers that proxies change on the way. */
const unsigned = new Set(['authorization', 'user-agent', 'x-amzn-trace-id']);

const text = (object: ObjectValue, key: string): string => {
  const value = getKey(object, key);
  return typeof value === 'string' ? value : '';
};

const listed = (names: Iterable<Value>): string => valueText(RegoSet.of(names));

function checkConfig(config: ObjectValue): void {
  const missing = needed.filter((key) => getKey(config, key) === undefined);
  if (missing.length > 0) throw operandProblem(2, `missing required AWS config parameters(s): ${listed(missing)}`);
  const invalid = needed.filter((key) => typeof getKey(config, key) !== 'string');
  if (invalid.length > 0)
    throw operandProblem(2, `invalid values for required AWS config parameters(s): ${listed(invalid)}`);
}

function checkRequest(request: ObjectValue): void {
  const strange = keysOf(request).filter((key) => typeof key !== 'string' || !requestKeys.has(key));
  if (strange.length > 0) throw operandProblem(1, `invalid request parameters(s): ${listed(strange)}`);
  const missing = ['method', 'url'].filter((key) => getKey(request, key) === undefined);
  if (missing.length > 0) throw operandProblem(1, `missing required request parameters(s): ${listed(missing)}`);
}

function headersOf(request: ObjectValue): ReadonlyMap<string, string> {
  const headers = getKey(request, 'headers');
  if (headers === undefined) return new Map();
  if (!isObject(headers)) throw operandError(0, headers, 'object');
  return new Map(
    [...entriesOf(headers)].map(([name, value]) => [
      typeof name === 'string' ? name : '',
      typeof value === 'string' ? value : '',
    ]),
  );
}

function bodyOf(request: ObjectValue): string {
  if (getKey(request, 'raw_body') !== undefined) return text(request, 'raw_body');
  const body = getKey(request, 'body');
  return body === undefined ? '' : jsonText(body, true);
}

const sha256 = (value: string): string => createHash('sha256').update(value).digest('hex');
const mac = (key: Buffer | string, value: string): Buffer => createHmac('sha256', key).update(value).digest();

function signRequest(args: readonly Value[]): Value {
  const [request, config] = [objectOperand(args, 1), objectOperand(args, 2)];
  checkConfig(config);
  const nanoseconds = toInt64(numberOperand(args, 3));
  if (nanoseconds === undefined) throw operandProblem(3, 'could not convert time_ns value into a unix timestamp');
  checkRequest(request);
  const headers = headersOf(request);
  const invalid = ['method', 'url'].filter((key) => typeof getKey(request, key) !== 'string');
  if (invalid.length > 0)
    throw operandProblem(1, `invalid values for required request parameters(s): ${listed(invalid)}`);
  const url = parseUrl(text(request, 'url'));
  const isUnsigned = getKey(config, 'disable_payload_signing') ?? false;
  if (typeof isUnsigned !== 'boolean')
    throw operandProblem(2, "invalid value for 'disable_payload_signing' in AWS config");
  const contentHash = isUnsigned ? 'UNSIGNED-PAYLOAD' : sha256(bodyOf(request));
  const time = new Date(Number(nanoseconds / 1_000_000n)).toISOString().replace(/[-:]|\.\d+/g, '');
  const [service, region, token] = ['aws_service', 'aws_region', 'aws_session_token'].map((key) => text(config, key));
  const added = new Map([
    ['host', url.host],
    ['x-amz-date', time],
    ...(service === 's3' || service === 'glacier' ? [['x-amz-content-sha256', contentHash] as const] : []),
    ...(token ? [['x-amz-security-token', token] as const] : []),
  ]);
  const own = [...headers].map(([name, value]) => [name.toLowerCase(), value] as const);
  const toSign = new Map([...added, ...own.filter(([name]) => !unsigned.has(name))]);
  const names = [...toSign.keys()].sort();
  const canonical = [
    text(request, 'method'),
    url.rawPath,
    url.rawQuery,
    ...names.map((name) => `${name}:${toSign.get(name)}`),
    '',
    names.join(';'),
    contentHash,
  ].join('\n');
  const date = time.slice(0, 8);
  const scope = `${date}/${region}/${service}/aws4_request`;
  const key = [region ?? '', service ?? '', 'aws4_request'].reduce<Buffer>(
    mac,
    mac(`AWS4${text(config, 'aws_secret_access_key')}`, date),
  );
  const signature = mac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString('hex');
  const credential = `Credential=${text(config, 'aws_access_key')}/${scope}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential},SignedHeaders=${names.join(';')},Signature=${signature}`;
  const signed = RegoObject.of([...headers, ['Authorization', authorization], ...added]);
  return RegoObject.of([...entriesOf(request), ['headers', signed]]);
}

/** Requests for Amazon's services. */
export const builtins = [builtin('providers.aws.sign_req', signRequest)];
