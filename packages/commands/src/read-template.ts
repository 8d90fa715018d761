import { AssayError } from '@assay/contract';
import { readBytes } from '@assay/local';
import type { OutputSpec } from '@assay/output';

const maxTemplateBytes = 1024 * 1024;

/** The text of the template, where one is needed. Throws OPTION_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE, LIMIT_EXCEEDED, TEMPLATE_INVALID. */
export async function readTemplate(
  specs: readonly OutputSpec[],
  path: string | undefined,
): Promise<{ readonly template?: string; readonly templateName?: string }> {
  const isWanted = specs.some((spec) => spec.format === 'template');
  if (path === undefined) {
    if (isWanted) throw new AssayError('OPTION_INVALID', '-o template needs --template FILE');
    return {};
  }
  if (!isWanted) throw new AssayError('OPTION_INVALID', '--template goes with -o template');
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readBytes(path)) {
    size += chunk.length;
    if (size > maxTemplateBytes)
      throw new AssayError('LIMIT_EXCEEDED', `${path} has more than ${maxTemplateBytes} bytes`);
    parts.push(chunk);
  }
  try {
    return { templateName: path, template: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)) };
  } catch (cause) {
    throw new AssayError('TEMPLATE_INVALID', `${path} is not UTF-8 text`, { cause });
  }
}
