import type { JsonObject } from '../src/json.ts';

type Properties = Record<string, unknown>;

/** A definition of the tests' own group with this schema of `spec`. */
export function definition(id: string, spec: Properties, rules: readonly unknown[] = []): JsonObject {
  const kind = `Sample${id}`;
  const plural = `sample${id}s`.toLowerCase();
  const properties: Properties = { spec, status: { type: 'object', properties: { phase: { type: 'string' } } } };
  const schema: Properties = { type: 'object', properties };
  if (rules.length > 0) schema['x-kubernetes-validations'] = rules;
  return JSON.parse(
    JSON.stringify({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.tests.assay.dev` },
      spec: {
        group: 'tests.assay.dev',
        scope: 'Namespaced',
        names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: schema },
            subresources: { status: {} },
          },
        ],
      },
    }),
  );
}

const string = { type: 'string', maxLength: 64 };
const integer = { type: 'integer' };
const rule = (text: string, more: Properties = {}) => ({ rule: text, ...more });
const strings = { type: 'array', maxItems: 10, items: string };

/** Every feature of a schema that the judge exercises, as fields of `spec`; all are optional. */
export const sampleSpec: Properties = {
  type: 'object',
  properties: {
    text: string,
    short: { type: 'string', minLength: 2, maxLength: 5 },
    slug: { type: 'string', pattern: '^[a-z]+$' },
    choice: { type: 'string', enum: ['red', 'green'] },
    count: integer,
    small: { type: 'integer', format: 'int32' },
    range: { type: 'integer', minimum: 1, maximum: 9 },
    open: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true },
    even: { type: 'integer', multipleOf: 2 },
    ratio: { type: 'number' },
    yes: { type: 'boolean' },
    maybe: { type: 'string', nullable: true },
    port: { 'x-kubernetes-int-or-string': true },
    portChecked: {
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      pattern: '^[0-9]+%$',
    },
    list: { type: 'array', minItems: 1, maxItems: 2, items: string },
    set: { ...strings, 'x-kubernetes-list-type': 'set' },
    ports: {
      type: 'array',
      maxItems: 10,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name', 'protocol'],
      items: {
        type: 'object',
        required: ['name', 'number'],
        properties: { name: string, number: integer, protocol: { ...string, default: 'TCP' } },
      },
    },
    map: { type: 'object', additionalProperties: integer, minProperties: 1, maxProperties: 2 },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    closed: {
      type: 'object',
      required: ['a'],
      properties: { a: string, b: { type: 'object', properties: { c: integer } } },
    },
    embedded: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    when: { type: 'string', format: 'date-time' },
    day: { type: 'string', format: 'date' },
    wait: { type: 'string', format: 'duration' },
    raw: { type: 'string', format: 'byte' },
    mail: { type: 'string', format: 'email' },
    id: { type: 'string', format: 'uuid' },
    v4: { type: 'string', format: 'ipv4' },
    v6: { type: 'string', format: 'ipv6' },
    net: { type: 'string', format: 'cidr' },
    site: { type: 'string', format: 'uri' },
    host: { type: 'string', format: 'hostname' },
    one: { type: 'object', properties: { a: string, b: string }, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    any: { type: 'object', properties: { a: string, b: string }, anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    all: { type: 'integer', allOf: [{ minimum: 2 }, { maximum: 5 }] },
    not: { type: 'string', not: { enum: ['bad'] } },
    // Rules.
    digest: {
      ...string,
      'x-kubernetes-validations': [rule("self.contains('@sha256:')", { message: 'must name a digest' })],
    },
    regex: { ...string, 'x-kubernetes-validations': [rule("self.matches('^v[0-9]+$')")] },
    told: { ...string, 'x-kubernetes-validations': [rule("self == 'x'", { messageExpression: "'got ' + self" })] },
    limits: {
      type: 'object',
      properties: { min: integer, max: integer },
      'x-kubernetes-validations': [
        rule('!has(self.min) || !has(self.max) || self.min <= self.max', {
          message: 'min over max',
          fieldPath: '.max',
          reason: 'FieldValueForbidden',
        }),
      ],
    },
    sources: {
      type: 'array',
      maxItems: 5,
      items: {
        type: 'object',
        properties: { name: string, secret: string, config: string },
        'x-kubernetes-validations': [
          rule('[has(self.secret), has(self.config)].filter(x, x).size() == 1', {
            message: 'exactly one source',
            fieldPath: '.secret',
          }),
        ],
      },
      'x-kubernetes-validations': [
        rule('self.all(x, self.exists_one(y, has(x.name) && has(y.name) && x.name == y.name))'),
      ],
    },
    tags: {
      type: 'object',
      maxProperties: 5,
      additionalProperties: string,
      'x-kubernetes-validations': [rule("self.all(k, k.startsWith('t') && self[k] != '')")],
    },
    size: {
      ...string,
      'x-kubernetes-validations': [rule("isQuantity(self) && quantity(self).isLessThan(quantity('1Gi'))")],
    },
    addr: {
      ...string,
      'x-kubernetes-validations': [
        rule("isIP(self) && ip(self).family() == 4 && cidr('10.0.0.0/8').containsIP(ip(self))"),
      ],
    },
    link: {
      ...string,
      'x-kubernetes-validations': [
        rule("isURL(self) && url(self).getScheme() == 'https' && url(self).getHost() == 'a.example'"),
      ],
    },
    sorted: {
      type: 'array',
      maxItems: 5,
      items: integer,
      'x-kubernetes-validations': [rule('self.isSorted() && self.sum() < 10 && (size(self) == 0 || self.max() < 6)')],
    },
    words: {
      ...string,
      'x-kubernetes-validations': [rule("self.lowerAscii().trim() == 'a,b' && self.split(',').size() == 2")],
    },
    moment: {
      type: 'string',
      format: 'date-time',
      'x-kubernetes-validations': [rule("self > timestamp('2020-01-01T00:00:00Z') && self.getFullYear() < 2030")],
    },
    span: {
      type: 'string',
      format: 'duration',
      'x-kubernetes-validations': [rule("self >= duration('1s') && self < duration('1h')")],
    },
    either: {
      'x-kubernetes-int-or-string': true,
      'x-kubernetes-validations': [rule("type(self) == int ? self > 5 : self.endsWith('%')")],
    },
    opt: {
      type: 'object',
      properties: { a: string },
      'x-kubernetes-validations': [rule("self.?a.orValue('none') != 'bad'")],
    },
    sum: { type: 'integer', 'x-kubernetes-validations': [rule('self * 2 + 1 < 100 && self % 3 == 0 && self / 2 > 1')] },
    find: {
      ...string,
      'x-kubernetes-validations': [rule("self.find('[0-9]+') == '42' && self.replace('42', 'x').contains('x')")],
    },
    'a-b': { ...string },
    fmt: { ...string, 'x-kubernetes-validations': [rule('!format.dns1123Label().validate(self).hasValue()')] },
  },
  'x-kubernetes-validations': [
    rule("!has(self.a__dash__b) || self.a__dash__b != 'no'", { message: 'dashes are escaped' }),
    rule('!(has(self.text) && has(self.short)) || self.text != self.short', {
      message: 'text and short differ',
      reason: 'FieldValueDuplicate',
    }),
  ],
};
