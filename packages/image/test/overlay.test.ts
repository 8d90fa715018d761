import { device, file, folder, hardlink, type LayerEntry, opaque, symlink, whiteout } from '@assay/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { show } from './read-texts.ts';

/** The simplest thing that can be right: a file system that unpacks layers one by one. */
class FileSystem {
  readonly #root: Folder = { children: new Map() };

  /** Whiteouts first: they reach lower layers only. Source: OCI image-spec, layer.md, "Whiteouts". */
  unpack(layer: readonly LayerEntry[]): void {
    const removals = layer.filter(({ path }) => path.includes('.wh.'));
    for (const { path } of removals) this.#remove(path);
    for (const entry of layer) if (!removals.includes(entry)) this.#add(entry);
  }

  files(at: Folder = this.#root, path = ''): Record<string, string> {
    const out: Record<string, string> = {};
    for (const [name, node] of at.children) {
      if (typeof node === 'string') out[path + name] = node;
      else if ('children' in node) Object.assign(out, this.files(node, `${path}${name}/`));
    }
    return out;
  }

  #remove(path: string): void {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    const parent = this.#walk(parts, false);
    if (name === '.wh..wh..opq') parent?.children.clear();
    else parent?.children.delete(name.slice(4));
  }

  #add(entry: LayerEntry): void {
    const parts = entry.path.replace(/\/$/, '').split('/');
    const name = parts.pop() ?? '';
    const parent = this.#walk(parts, true);
    const known = parent?.children.get(name);
    if (entry.type === '5') {
      if (typeof known !== 'object' || !('children' in known)) parent?.children.set(name, { children: new Map() });
    } else if (entry.type === '2' || entry.type === '3') parent?.children.set(name, { target: entry.linkTarget ?? '' });
    else if (entry.type === '0') parent?.children.set(name, Buffer.from(entry.content ?? []).toString());
    else {
      const target = (entry.linkTarget ?? '').split('/');
      const targetName = target.pop() ?? '';
      const found = this.#walk(target, false)?.children.get(targetName);
      // A link to nothing, which no archive has, is as if it were a device.
      parent?.children.set(name, typeof found === 'string' ? found : { target: '' });
    }
  }

  #walk(parts: readonly string[], create: boolean): Folder | undefined {
    let at = this.#root;
    for (const name of parts) {
      let next = at.children.get(name);
      if (typeof next === 'object' && 'target' in next && next.target !== '') {
        // Targets in these tests are absolute and lead through no other link.
        next = this.#walk(next.target.split('/').slice(1), create);
        if (next === undefined) return undefined;
      } else if (typeof next !== 'object' || !('children' in next)) {
        if (!create) return undefined;
        next = { children: new Map() };
        at.children.set(name, next);
      }
      if (typeof next !== 'object' || !('children' in next)) return undefined;
      at = next;
    }
    return at;
  }
}

interface Folder {
  readonly children: Map<string, Folder | string | { readonly target: string }>;
}

const name = fc.constantFrom('a', 'b', 'c');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
const text = fc.integer({ min: 0, max: 999 }).map(String);
const addition: fc.Arbitrary<LayerEntry> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(path, text).map(([at, content]) => file(at, content)) },
  { weight: 1, arbitrary: path.map(folder) },
  { weight: 1, arbitrary: path.map(device) },
);
const removal: fc.Arbitrary<LayerEntry> = fc.oneof(path.map(whiteout), path.map(opaque));
const layer = fc.array(fc.oneof({ weight: 3, arbitrary: addition }, { weight: 1, arbitrary: removal }), {
  maxLength: 12,
});

async function expectSame(layers: readonly (readonly LayerEntry[])[]): Promise<void> {
  const model = new FileSystem();
  for (const entries of layers) model.unpack(entries);
  expect((await show(layers)).files).toEqual(model.files());
}

describe('random layers', () => {
  it('show what unpacking them one by one leaves', async () => {
    await fc.assert(fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 5 }), expectSame), { numRuns: 400 });
  });

  it('show it with hard links to what is there', async () => {
    const shared = [file('x/one', '1'), file('x/two', '2')];
    const links = fc.tuple(path, fc.constantFrom('x/one', 'x/two')).map(([at, target]) => hardlink(at, target));
    const linked = fc.array(fc.oneof(addition, links), { maxLength: 8 });
    const changes = fc.constantFrom([], [whiteout('x/one')], [file('x/two', 'new')], [whiteout('x')]);
    await fc.assert(
      fc.asyncProperty(linked, linked, changes, linked, (first, second, change, last) => {
        // After `x` is gone nothing can be linked to it.
        const end = change.length === 0 ? last : last.filter(({ type }) => type !== '1');
        return expectSame([[...shared, ...first], second, change, end]);
      }),
      { numRuns: 300 },
    );
  });

  it('show it through links of folders', async () => {
    const links = [file('a/b/x', '1'), file('b/y', '1'), symlink('l', '/a'), symlink('m', '/a/b'), symlink('n', '/b')];
    const below = fc.tuple(fc.constantFrom('l', 'm', 'n', 'a', 'b'), fc.constantFrom('x', 'y', 'b/x', 'b/y', 'd/x'));
    const changed = below.map(([at, rest]) => `${at}/${rest}`);
    // One content for the whole layer: it may reach a path by several links, and which of them is last means nothing.
    const additions = changed.map((at) => file(at, 'new'));
    const upper = fc
      .tuple(
        fc.subarray(['l', 'm', 'n'].map(folder)),
        fc.array(fc.oneof(additions, changed.map(whiteout)), { maxLength: 6 }),
      )
      // Runtimes differ in which way a whiteout goes when the layer itself replaces the link.
      .map(([folders, rest]) => [
        ...folders,
        ...rest.filter(
          (entry) => !entry.path.includes('.wh.') || !folders.some(({ path: at }) => entry.path.startsWith(at)),
        ),
      ]);
    await fc.assert(
      fc.asyncProperty(fc.array(upper, { maxLength: 4 }), (uppers) =>
        expectSame([
          links,
          ...uppers.map((upper, index) =>
            upper.map((entry) =>
              entry.type === '0' && !entry.path.includes('.wh.') ? file(entry.path, `layer ${index}`) : entry,
            ),
          ),
        ]),
      ),
      { numRuns: 300 },
    );
  });
});
