// Reads one document, or nothing: a whole process for the bench to measure, with the flags of ./assay.
import { createReadStream } from 'node:fs';
import { readDocument } from '@assay/sbom';

const [path] = process.argv.slice(2);
if (path !== undefined) await readDocument(createReadStream(path, { highWaterMark: 1024 * 1024 }));
