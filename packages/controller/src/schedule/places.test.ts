import { describe, expect, it } from 'vitest';
import { Places } from './places.ts';

describe('a place', () => {
  it('is held from the moment it is given until the run and its pod have ended', () => {
    const places = new Places();
    places.reserve('dev/a');
    expect(places.active).toBe(1);
    places.sawRun('dev/a', true);
    places.sawPod('dev/a', 'a-pod', true);
    places.sawRun('dev/a', false);
    expect([places.active, places.activeIn('dev')]).toEqual([1, 1]);
    places.sawPod('dev/a', 'a-pod', false);
    expect([places.active, places.activeIn('dev')]).toEqual([0, 0]);
  });
  it('that was not needed is free again', () => {
    const places = new Places();
    places.reserve('dev/a');
    places.unreserve('dev/a');
    expect(places.active).toBe(0);
  });
  it('is held by a run that nobody gave a place to', () => {
    const places = new Places();
    expect(places.sawRun('dev/a', true)).toBe(false);
    expect(places.active).toBe(1);
  });
  it('of a run that ended before its pod was seen is asked for', () => {
    const places = new Places();
    places.sawRun('dev/a', true);
    expect(places.sawRun('dev/a', false)).toBe(true);
    expect(places.active).toBe(1);
    places.drained('dev/a');
    expect(places.active).toBe(0);
  });
  it('is not taken by what ended long ago', () => {
    const places = new Places();
    places.sawRun('dev/a', false);
    places.sawPod('dev/a', 'a-pod', false);
    expect(places.active).toBe(0);
  });
});
