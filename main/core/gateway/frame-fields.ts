import { isObject, type JsonObject, stringOf } from '../sources/json-value.ts';

/** An id of the gateway: short and not empty. Something longer would only fill the memory. */
export function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 256 ? value : undefined;
}

/** What a person reads of a message: a bare string, or its parts of type `text` one after the other. */
export function textOf(message: unknown): string | undefined {
  if (!isObject(message)) return undefined;
  const { content } = message;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  return content.map((part) => (isObject(part) && part.type === 'text' ? (stringOf(part.text) ?? '') : '')).join('');
}

/**
 * What of `whole` comes after `told`, white space aside; `whole` itself when it does not begin with it. A stream joins what
 * was said before and after a tool call without what stood between.
 */
export function restAfter(told: string, whole: string): string {
  if (told === '') return whole;
  let at = 0;
  for (let index = 0; index < told.length; index += 1) {
    const code = told.charCodeAt(index);
    if (isSpace(code)) continue;
    while (at < whole.length && isSpace(whole.charCodeAt(at))) at += 1;
    // The stream lags behind the message: nothing is left to tell yet.
    if (at >= whole.length) return '';
    if (whole.charCodeAt(at) !== code) return whole;
    at += 1;
  }
  return whole.slice(at).trimStart();
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function isSpace(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || code === 0x2028 || code === 0x2029;
}
