export { type Counts, countFindings, worstFirst } from './findings.ts';
export { type Format, type FormatId, findFormat, formats, type Need } from './formats.ts';
export { type OutputSpec, parseOutput, parseOutputs } from './output-spec.ts';
export { type RenderInput, type RenderOptions, type RenderSpec, render } from './render.ts';
export { summaryLine } from './summary.ts';
export type { VerdictLike } from './table/report-table.ts';
export { type PreparedTemplate, prepareTemplate } from './template/run-template.ts';
export { cutText, padText, widthOf } from './text/fit-text.ts';
export { plainLines, plainText } from './text/plain-text.ts';
