import { describe, expect, it } from 'vitest';
import { admitNext, type NamespaceLine, type Waiting } from './admission.ts';

const waiting = (key: string, createdAt: number, urgency: Waiting['urgency'] = 'interactive'): Waiting => ({
  key,
  namespace: key.split('/')[0] ?? '',
  urgency,
  createdAt,
});
const line = (namespace: string, active: number, ...heads: readonly Waiting[]): NamespaceLine => ({
  namespace,
  active,
  heads: Object.fromEntries(heads.map((head) => [head.urgency, head])),
});

describe('who is next', () => {
  it('is nobody at the cap', () => expect(admitNext([line('a', 2, waiting('a/1', 1))], 2, 2)).toBeUndefined());
  it('has no limit when the cap is 0', () =>
    expect(admitNext([line('a', 99, waiting('a/1', 1))], 99, 0)?.key).toBe('a/1'));
  it('is the more urgent, whoever waits longer and whatever the shares', () => {
    const lines = [
      line('a', 5, waiting('a/1', 9)),
      line('b', 0, waiting('b/1', 1, 'bulk'), waiting('b/2', 1, 'recurring')),
    ];
    expect(admitNext(lines, 5, 10)?.key).toBe('a/1');
    expect(admitNext(lines.slice(1), 5, 10)?.key).toBe('b/2');
  });
  it('is of the namespace that holds the fewest places', () => {
    expect(admitNext([line('a', 3, waiting('a/1', 1)), line('b', 2, waiting('b/1', 9))], 5, 10)?.key).toBe('b/1');
  });
  it('is the oldest of equals', () => {
    expect(admitNext([line('a', 1, waiting('a/1', 2)), line('b', 1, waiting('b/1', 1))], 2, 10)?.key).toBe('b/1');
    expect(admitNext([line('a', 1, waiting('a/2', 1)), line('b', 1, waiting('b/1', 1))], 2, 10)?.key).toBe('a/2');
  });
});
