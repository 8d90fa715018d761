import { afterAll, describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { killLoop } from './kill-loop.ts';

for (const engine of engines()) {
  describe(`a store on ${engine.name} whose process is killed`, () => {
    afterAll(() => engine.stop());

    it('has every report that was acknowledged, whole, and no half one', async () => {
      const outcome = await killLoop(await engine.create(), 6, 2026);
      expect(outcome).toMatchObject({ kills: 6, lost: [], halves: 0 });
      expect(outcome.acknowledged).toBeGreaterThan(5);
    });
  });
}
