import type { Json5Container, Json5Item } from './json5-scan.ts';

/** A value to be written: what JSON can hold. */
export type PlainValue = string | boolean | readonly PlainValue[] | { readonly [key: string]: PlainValue };

/**
 * The text with one more item at the end of a container, a member when it has a key. Everything else stays as it is,
 * comments included; `removeItem` takes it back to the byte.
 */
export function appendItem(text: string, container: Json5Container, value: PlainValue, key?: string): string {
  const { items, innerEnd } = container;
  const last = items.at(-1);
  const isOnLines = /[\n\r]/.test(text.slice(innerEnd, container.end));
  const indent = isOnLines ? indentOfItems(text, container) : '';
  const newline = /\r\n/.test(text) ? '\r\n' : '\n';
  const label = key === undefined ? '' : `${JSON.stringify(key)}: `;
  const written = isOnLines ? JSON.stringify(value, undefined, unitOf(text)) : inline(value);
  const body = `${label}${written.split('\n').join(`${newline}${indent}`)}`;
  const before = isOnLines ? `${newline}${indent}` : last === undefined ? '' : ' ';
  // A list that ends in a comma goes on ending in one.
  const after = last?.commaAt === undefined ? '' : ',';
  const comma = last === undefined || last.commaAt !== undefined ? '' : ',';
  const commaAt = last?.end ?? innerEnd;
  return `${text.slice(0, commaAt)}${comma}${text.slice(commaAt, innerEnd)}${before}${body}${after}${text.slice(innerEnd)}`;
}

/** The text without one item of a container, without the white space before it and the comma that it no longer needs. */
export function removeItem(text: string, container: Json5Container, item: Json5Item): string {
  const start = text.slice(0, item.start).trimEnd().length;
  if (item.commaAt !== undefined) return text.slice(0, start) + text.slice(item.commaAt + 1);
  const commaAt = container.items[container.items.indexOf(item) - 1]?.commaAt;
  if (commaAt === undefined) return text.slice(0, start) + text.slice(item.end);
  return text.slice(0, commaAt) + text.slice(commaAt + 1, Math.max(start, commaAt + 1)) + text.slice(item.end);
}

export function replaceSpan(text: string, span: { readonly start: number; readonly end: number }, replacement: string): string {
  return text.slice(0, span.start) + replacement + text.slice(span.end);
}

function inline(value: PlainValue): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  const members = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${inline(inner)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** As its last item that begins a line, else one step deeper than its closing bracket. */
function indentOfItems(text: string, { items, end }: Json5Container): string {
  for (const item of items.toReversed()) {
    const indent = indentAt(text, item.start);
    if (indent !== undefined) return indent;
  }
  return `${indentAt(text, end - 1) ?? ''}${unitOf(text)}`;
}

/** White space before a position when nothing else stands before it in its line. */
function indentAt(text: string, at: number): string | undefined {
  const line = text.slice(Math.max(text.lastIndexOf('\n', at - 1), text.lastIndexOf('\r', at - 1)) + 1, at);
  return /^[ \t]*$/.test(line) ? line : undefined;
}

/** One step of indentation: that of the first indented line. */
function unitOf(text: string): string {
  return /[\n\r]([ \t]+)\S/.exec(text)?.[1] ?? '  ';
}
