// Stores documents one after the other and says each that was acknowledged; whoever started it kills it.
//   node kill-child.ts DATABASE-AS-JSON FIRST
import { storeThread } from '@assay/testkit';
import { type DatabaseOptions, openStore } from '../src/index.ts';
import { makeDocument } from './made-documents.ts';

const [text = '{}', first = '0'] = process.argv.slice(2);
const given = JSON.parse(text) as DatabaseOptions; // written by kill-loop.ts
const database = given.is === 'pglite' ? { ...given, program: storeThread } : given;
const store = await openStore({ database, program: storeThread });
process.stdout.write('ready\n');
for (let at = Number(first); ; at++) {
  const { uid, bytes } = makeDocument(at);
  await store.intake.submit({ kind: 'image', bytes, claims: { standard: 'cyclonedx', encoding: 'json' }, uid });
  process.stdout.write(`stored ${at}\n`);
}
