/** Faults that the core names. Expected outcomes are members of unions instead, see `RestorePlan.refusal`. */
export type CoreErrorCode =
  | 'disk-full'
  | 'buffer-damaged'
  | 'buffer-locked'
  | 'permission-denied'
  | 'not-found'
  | 'invalid'
  | 'refused'
  | 'io'
  | 'bug';

/** `hint` says what a person can do about it; `cause` keeps the original error. */
export class CoreError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(code: CoreErrorCode | (string & {}), message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CoreError';
    this.code = code;
    this.hint = hint;
  }
}

/** The `code` of a system error such as ENOENT, else undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Their messages speak of code. Those of others may quote what was being read, as a parser's does. */
const SPEAKS_OF_CODE = /^(?:TypeError|ReferenceError|RangeError|AssertionError|CoreError)$/;

/** A fault for the log: what it is and where it came from, and nothing of a conversation. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { name, message, stack = '' } = error;
  const frames = stack.indexOf('\n    at ');
  const what = SPEAKS_OF_CODE.test(name) ? `${name}: ${message}` : [name, errnoOf(error)].filter((word) => word !== undefined).join(' ');
  return frames < 0 ? what : what + stack.slice(frames);
}

/** Makes an exhaustive `switch` a compile-time promise. */
export function assertNever(value: never): never {
  throw new CoreError('bug', `unexpected value: ${JSON.stringify(value)}`, 'Please report this.');
}
