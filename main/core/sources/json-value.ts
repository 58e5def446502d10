export type JsonObject = Readonly<Record<string, unknown>>;

/** Fatal, so that bytes that are no text do not turn into another text; a byte order mark stays, because OpenClaw rejects it too. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The JSON value in the bytes; `undefined` when they hold none, which no JSON document can mean. Never throws. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    // Malformed is an expected outcome, and the engine's message would quote the transcript.
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A point in time as epoch ms: a positive number within what a Date can hold. */
export function epochMsOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value <= 8.64e15 ? Math.trunc(value) : undefined;
}

/** Only ISO times: `Date.parse` takes '1' for a year. */
export function isoTimeOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T/.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}
