import { describe, expect, it } from 'vitest';
import { mergePatch } from './merge-patch.ts';

describe('a strategic merge', () => {
  // Source: Kubernetes, "Update API Objects in Place Using kubectl patch", strategic merge: lists with a merge key are merged.
  it('merges containers and their environment by name', () => {
    const target = { containers: [{ name: 'a', image: 'x', env: [{ name: 'ONE', value: '1' }] }, { name: 'b' }] };
    const patch = {
      containers: [
        {
          name: 'a',
          env: [
            { name: 'TWO', value: '2' },
            { name: 'ONE', value: 'one' },
          ],
        },
      ],
    };
    expect(mergePatch(target, patch)).toEqual({
      containers: [
        {
          name: 'a',
          image: 'x',
          env: [
            { name: 'TWO', value: '2' },
            { name: 'ONE', value: 'one' },
          ],
        },
        { name: 'b' },
      ],
    });
  });

  it('replaces other lists, and removes what the patch says is null', () => {
    expect(mergePatch({ args: ['a', 'b'], gone: 1, kept: 2 }, { args: ['c'], gone: null })).toEqual({
      args: ['c'],
      kept: 2,
    });
  });
});
