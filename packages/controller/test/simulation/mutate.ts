// Preloaded: takes one guard out of the sources while they are loaded. The name of the guard is in ASSAY_MUTATION.
import { registerHooks } from 'node:module';
import { mutations } from './mutations.ts';

const { ASSAY_MUTATION: name = '' } = process.env;
const mutation = mutations.find(({ guard }) => guard === name);
if (name !== '' && mutation === undefined) throw new Error(`there is no guard ${name}`);

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const edits = (mutation?.edits ?? []).filter(({ file }) => url.endsWith(`/${file}`));
    if (edits.length === 0) return loaded;
    let source = String(loaded.source);
    for (const { find, replace } of edits) source = source.replace(find, () => replace);
    return { ...loaded, source };
  },
});
