export type LogLevel = 'info' | 'warn' | 'error';

/** Facts of one line; values that are no text or number are written as JSON. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** One line of JSON per happening. Messages are static, so that they can be counted; what varies is in the facts. */
export type Log = (level: LogLevel, message: string, facts?: LogFacts) => void;

/** Longest text of one fact, in characters. */
const longestFact = 2_000;

/** A log that writes lines. */
export function createLog(write: (line: string) => void, now: () => number): Log {
  return (level, message, facts = {}) => {
    const line = { time: new Date(now()).toISOString(), level, message, ...facts };
    write(`${JSON.stringify(line, (_key, value: unknown) => shortened(value))}\n`);
  };
}

function shortened(value: unknown): unknown {
  if (value instanceof Error) return describe(value);
  return typeof value === 'string' && value.length > longestFact ? `${value.slice(0, longestFact)}…` : value;
}

/** An error as facts: its code where it has one, and what caused it. */
function describe(error: Error): LogFacts {
  const code = 'code' in error ? { code: error.code } : { stack: error.stack };
  return { error: error.message, ...code, ...(error.cause instanceof Error ? { cause: error.cause.message } : {}) };
}
