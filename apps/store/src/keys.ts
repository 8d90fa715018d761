import { AssayError } from '@assay/contract';
import { type DatabaseOptions, openDatabase, revokeKeys } from '@assay/store';
import { createKey } from '@assay/store-api';

/** `assay-store key add NAME read|write` prints a new token once; `assay-store key revoke NAME` ends every key of the name. Throws USAGE. */
export async function runKeys(words: readonly string[], database: DatabaseOptions): Promise<string> {
  const [what, name = '', access] = words;
  if (!/^[\w.@-]{1,100}$/.test(name))
    throw new AssayError('USAGE', 'a key has a name of letters, digits and . _ @ -', {
      hint: 'assay-store key add NAME read|write · assay-store key revoke NAME',
    });
  const opened = await openDatabase(database);
  try {
    if (what === 'add' && (access === 'read' || access === 'write'))
      return `${await createKey(opened.queries, name, access)}\n`;
    if (what === 'revoke' && access === undefined) {
      const count = await revokeKeys(opened.queries, name);
      if (count === 0) throw new AssayError('NOT_STORED', `there is no key ${JSON.stringify(name)}`);
      return `${count} revoked\n`;
    }
    throw new AssayError('USAGE', 'assay-store key add NAME read|write, or key revoke NAME');
  } finally {
    await opened.close();
  }
}
