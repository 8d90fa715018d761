export { spdxProblems, spdxTagValueProblems } from './problems/spdx-problems.ts';
export type { SpdxCounts, SpdxReadOptions } from './spdx2/document-reader.ts';
export { readSpdxJson, type SpdxDocument } from './spdx2/read-json.ts';
export { readSpdxTagValue } from './spdx2/read-tag-value.ts';
export { writeSpdx } from './spdx2/write.ts';
export { readSpdx3 } from './spdx3/read.ts';
export { type SpdxTraits, spdxTraits } from './traits.ts';
