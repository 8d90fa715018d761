import { readFile } from 'node:fs/promises';
import { systemCode } from '../../file-system.ts';
import { keychainFailed } from './ask-provider.ts';

/** A file the provider's webhook mounted: a token or a key. Throws KEYCHAIN_FAILED. */
export async function readTokenFile(path: string, variable: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.trim() !== '') return text;
  } catch (cause) {
    throw keychainFailed(`the file that ${variable} names cannot be read (${systemCode(cause)})`);
  }
  throw keychainFailed(`the file that ${variable} names is empty`);
}
