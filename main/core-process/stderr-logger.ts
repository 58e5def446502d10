import type { Logger } from '../core/platform/logger.ts';

const RANK = { debug: 0, info: 1, warn: 2, error: 3 } as const;

/** One JSON object a line on standard error; the supervisor writes it to the log file. */
export function stderrLogger(least: keyof typeof RANK): Logger {
  return {
    log(level, event, fields) {
      if (RANK[level] < RANK[least]) return;
      process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level, event, ...fields })}\n`);
    },
  };
}
