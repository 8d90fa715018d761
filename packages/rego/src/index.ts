export type { Compiled, CompileOptions, Outcome, PreparedQuery, QueryResult } from './engine.ts';
export { compile } from './entry.ts';
export type { EvaluationOptions, Print, TraceEvent } from './evaluate/evaluation.ts';
export type { Module } from './syntax/ast.ts';
export { type ErrorCode, RegoError, RegoErrors } from './syntax/error.ts';
export type { Location } from './syntax/location.ts';
export { coverableRows, type TestRule, testRules } from './test-rules.ts';
export * from './values/index.ts';
