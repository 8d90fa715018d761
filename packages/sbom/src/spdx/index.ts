export type { SpdxCounts, SpdxReadOptions } from './spdx2/document-reader.ts';
export { readSpdxJson, type SpdxDocument } from './spdx2/read-json.ts';
export { readSpdxTagValue } from './spdx2/read-tag-value.ts';
export { writeSpdx } from './spdx2/write.ts';
export { type SpdxTraits, spdxTraits } from './traits.ts';
