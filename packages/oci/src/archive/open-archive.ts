import { AssayError } from '@assay/contract';
import type { ContentSource } from '../content-source.ts';

export async function openArchive(file: string, selector?: string): Promise<ContentSource> {
  throw new AssayError('INTERNAL', `not written yet: ${file} ${selector}`);
}
