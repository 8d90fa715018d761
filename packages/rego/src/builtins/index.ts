import type { Builtin } from './builtin.ts';

/**
 * A file of built-ins that is loaded when a policy first names one of them:
 * importing the package must stay cheap.
 */
export interface BuiltinGroup {
  readonly names: readonly string[];
  load(): Promise<{ readonly builtins: readonly Builtin[] }>;
}

function group(names: string, load: BuiltinGroup['load']): BuiltinGroup {
  return { names: names.split(' '), load };
}

/** All groups outside the operators. */
export const groups: readonly BuiltinGroup[] = [
  group(
    'format_int concat indexof indexof_n substring contains strings.count startswith endswith upper lower split strings.split_n replace strings.replace_n trim trim_left trim_right trim_prefix trim_suffix trim_space strings.reverse strings.any_prefix_match strings.any_suffix_match sprintf',
    () => import('./strings.ts'),
  ),
  group('array.concat array.flatten array.slice array.reverse', () => import('./arrays.ts')),
  group('set_diff intersection union', () => import('./sets.ts')),
  group('count sum product max min sort all any', () => import('./aggregates.ts')),
  group(
    'numbers.range numbers.range_step rand.intn abs ceil floor round bits.or bits.and bits.xor bits.negate bits.lsh bits.rsh',
    () => import('./numbers.ts'),
  ),
  group(
    'to_number type_name is_number is_string is_boolean is_array is_set is_object is_null cast_object cast_null cast_boolean cast_string cast_array cast_set trace',
    () => import('./types.ts'),
  ),
  group(
    'object.union object.union_n object.remove object.filter object.get object.keys object.subset',
    () => import('./objects.ts'),
  ),
  group('graph.reachable graph.reachable_paths', () => import('./graphs.ts')),
  group(
    'base64.encode base64.decode base64.is_valid base64url.encode base64url.encode_no_pad base64url.decode hex.encode hex.decode urlquery.encode urlquery.decode urlquery.encode_object urlquery.decode_object',
    () => import('./encodings.ts'),
  ),
  group('uri.parse uri.is_valid', () => import('./uris.ts')),
  group('units.parse units.parse_bytes', () => import('./units.ts')),
  group('semver.compare semver.is_valid', () => import('./semver.ts')),
  group(
    'net.cidr_contains net.cidr_overlap net.cidr_intersects net.cidr_contains_matches net.cidr_expand net.cidr_merge net.cidr_is_valid',
    () => import('./cidrs.ts'),
  ),
  group('uuid.rfc4122 uuid.parse', () => import('./uuids.ts')),
  group('json.marshal json.marshal_with_options json.unmarshal json.is_valid', () => import('./json-text.ts')),
  group('json.verify_schema json.match_schema', () => import('./json-schemas.ts')),
  group('json.filter json.remove json.patch', () => import('./json-edit.ts')),
  group(
    'crypto.md5 crypto.sha1 crypto.sha256 crypto.hmac.md5 crypto.hmac.sha1 crypto.hmac.sha256 crypto.hmac.sha512 crypto.hmac.equal',
    () => import('./digests.ts'),
  ),
  group(
    'regex.is_valid regex.match re_match regex.split regex.find_n regex.find_all_string_submatch_n regex.replace regex.template_match regex.globs_match',
    () => import('./regexes.ts'),
  ),
  group('glob.match glob.quote_meta', () => import('./globs.ts')),
  group(
    'time.now_ns time.parse_ns time.parse_rfc3339_ns time.parse_duration_ns time.format time.date time.clock time.weekday time.add_date time.diff',
    () => import('./times.ts'),
  ),
  group(
    'io.jwt.decode io.jwt.verify_rs256 io.jwt.verify_rs384 io.jwt.verify_rs512 io.jwt.verify_ps256 io.jwt.verify_ps384 io.jwt.verify_ps512 io.jwt.verify_es256 io.jwt.verify_es384 io.jwt.verify_es512 io.jwt.verify_eddsa io.jwt.verify_hs256 io.jwt.verify_hs384 io.jwt.verify_hs512 io.jwt.decode_verify io.jwt.encode_sign io.jwt.encode_sign_raw',
    () => import('./tokens.ts'),
  ),
  group('yaml.marshal yaml.unmarshal yaml.is_valid', () => import('./yamls.ts')),
  group(
    'graphql.parse graphql.parse_and_verify graphql.parse_query graphql.parse_schema graphql.is_valid graphql.schema_is_valid',
    () => import('./graphql.ts'),
  ),
  group('providers.aws.sign_req', () => import('./aws.ts')),
];
