/** How much is written. Source: spec/store.md §10. */
export const logLevels = ['minimum', 'less', 'default', 'more', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Facts of a line, by the keys of spec/store.md §10. */
export type LogFacts = Readonly<Record<string, unknown>>;

export interface StoreLog {
  /** Whether lines of a level are written. */
  shows(level: LogLevel): boolean;
  /** A line that needs a level; `minimum` is always written. */
  info(level: LogLevel, message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
}

export interface StoreLogOptions {
  readonly level: LogLevel;
  readonly logger: string;
  readonly hostname: string;
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

/** Lines of JSON as the product writes them. */
export function createStoreLog(options: StoreLogOptions): StoreLog {
  const shows = (level: LogLevel): boolean => logLevels.indexOf(level) <= logLevels.indexOf(options.level);
  const write = (level: 'info' | 'error', msg: string, facts: LogFacts): void => {
    const { logger, hostname } = options;
    options.write(`${JSON.stringify({ level, ts: nanoseconds(options.now()), logger, msg, hostname, ...facts })}\n`);
  };
  return {
    shows,
    info: (level, message, facts = {}) => {
      if (shows(level)) write('info', message, facts);
    },
    error: (message, facts = {}) => write('error', message, facts),
  };
}

/** RFC 3339 with nine digits, in UTC. The clock gives three of them. */
function nanoseconds(moment: Date): string {
  return moment.toISOString().replace(/Z$/, '000000Z');
}
