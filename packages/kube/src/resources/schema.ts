/** A structural schema, as apiextensions.k8s.io/v1 JSONSchemaProps. */
export type Schema = Readonly<Record<string, unknown>>;

/** A CEL rule of a schema. The message is what a person reads after the field's path. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  readonly fieldPath?: string;
}

/** The schema with CEL rules. */
export function ruled(schema: Schema, ...rules: readonly Rule[]): Schema {
  return { ...schema, 'x-kubernetes-validations': rules };
}

export function text(description: string, more: Schema = {}): Schema {
  return { type: 'string', description, ...more };
}

export function object(description: string, properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema {
  return { type: 'object', description, properties, ...more };
}

export function list(description: string, items: Schema, more: Schema = {}): Schema {
  return { type: 'array', description, items, ...more };
}

/** A part that is passed on as it is. */
export function opaque(description: string): Schema {
  return { type: 'object', description, 'x-kubernetes-preserve-unknown-fields': true };
}

/** Keeps the fields of a schema that is not ours and may grow. */
export const open: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

/** An amount of bytes that is not negative, as `4Gi`. Source: apimachinery, resource.Quantity. */
export function quantity(description: string): Schema {
  return {
    description,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    'x-kubernetes-int-or-string': true,
    pattern: '^\\+?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(([KMGTPE]i)|[numkMGTPE]|([eE][+-]?[0-9]+))?$',
  };
}

/** The `metav1.Condition` list. Source: Kubernetes API conventions, "Typical status properties". */
export const conditions: Schema = list(
  'What is known about the object.',
  object(
    'One aspect of the object.',
    {
      type: text('Which aspect.', { maxLength: 316 }),
      status: text('Whether it holds.', { enum: ['True', 'False', 'Unknown'] }),
      reason: text('Why, in one word.', { maxLength: 1024 }),
      message: text('Why, for people.', { maxLength: 32768 }),
      lastTransitionTime: text('When the status changed last.', { format: 'date-time' }),
      observedGeneration: { type: 'integer', format: 'int64', description: 'The generation it was observed at.' },
    },
    { required: ['type', 'status'] },
  ),
  { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
);
