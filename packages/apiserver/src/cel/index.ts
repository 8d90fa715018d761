export { type TypeScope, typeCheck } from './check.ts';
export { Budget, compile, type Program } from './evaluate.ts';
export { parse } from './parser.ts';
export { escapeName, schemaType, toValue } from './schema-values.ts';
export { CelSyntaxError, type Node } from './syntax.ts';
export { type Type, types, typeText } from './types.ts';
export { CelError, CostExceeded, Optional, type Value } from './values.ts';
