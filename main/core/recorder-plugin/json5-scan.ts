import JSON5 from 'json5';
import { CoreError } from '../platform/errors.ts';

/** A value of a JSON5 text and where it stands. Positions are UTF-16 units; `end` is behind the last one. */
export type Json5Node = Json5Container | { readonly kind: 'scalar'; readonly start: number; readonly end: number };

export interface Json5Container {
  readonly kind: 'object' | 'array';
  readonly start: number;
  readonly end: number;
  readonly items: readonly Json5Item[];
  /** Behind the last token or comment before the closing bracket; behind the opening one when there is none. */
  readonly innerEnd: number;
}

export interface Json5Item {
  /** Of the key in an object, of the value in a list. */
  readonly start: number;
  readonly end: number;
  /** Members of objects alone. */
  readonly key?: string;
  readonly value: Json5Node;
  /** Of the comma that follows, if any. */
  readonly commaAt?: number;
}

const DEEPEST = 200;

/** Structure of a text that JSON5 accepts; throws a SyntaxError for others and CoreError `invalid` for bottomless ones. */
export function scanJson5(text: string): Json5Node {
  JSON5.parse(text);
  const scanner = new Scanner(text);
  return scanner.document();
}

/** The value of a key; the last one where a key stands twice, as JSON5 reads it. */
export function memberOf(node: Json5Node | undefined, key: string): Json5Item | undefined {
  return node?.kind === 'object' ? node.items.findLast((item) => item.key === key) : undefined;
}

class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  /** Behind the last token or comment. */
  #lastEnd = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Json5Node {
    this.#skip();
    return this.#value();
  }

  #value(): Json5Node {
    const char = this.#text[this.#at];
    if (char === '{' || char === '[') return this.#container(char === '{' ? 'object' : 'array');
    const start = this.#at;
    if (char === '"' || char === "'") this.#quoted(char);
    else this.#bare();
    return { kind: 'scalar', start, end: this.#at };
  }

  #container(kind: 'object' | 'array'): Json5Container {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new CoreError('invalid', 'the file is nested too deeply', '');
    const start = this.#at;
    this.#pass(1);
    const items: Json5Item[] = [];
    const close = kind === 'object' ? '}' : ']';
    for (this.#skip(); this.#text[this.#at] !== close; this.#skip()) items.push(kind === 'object' ? this.#member() : this.#element());
    const innerEnd = this.#lastEnd;
    this.#pass(1);
    this.#depth -= 1;
    return { kind, start, end: this.#at, items, innerEnd };
  }

  #member(): Json5Item {
    const start = this.#at;
    const key = this.#key();
    this.#skip();
    this.#pass(1);
    this.#skip();
    const value = this.#value();
    return { start, end: this.#at, key, value, ...this.#comma() };
  }

  #element(): Json5Item {
    const start = this.#at;
    const value = this.#value();
    return { start, end: this.#at, value, ...this.#comma() };
  }

  #comma(): { readonly commaAt?: number } {
    this.#lastEnd = this.#at;
    this.#skip();
    if (this.#text[this.#at] !== ',') return {};
    const commaAt = this.#at;
    this.#pass(1);
    return { commaAt };
  }

  /** An identifier may be written with escapes, so JSON5 itself reads it. */
  #key(): string {
    const start = this.#at;
    const char = this.#text[start];
    if (char === '"' || char === "'") this.#quoted(char);
    else while (!/[\s:/]/.test(this.#text[this.#at] ?? ':')) this.#at += 1;
    const parsed: object = JSON5.parse(`{${this.#text.slice(start, this.#at)}:0}`);
    return Object.keys(parsed)[0] ?? '';
  }

  #quoted(quote: string): void {
    this.#at += 1;
    while (this.#at < this.#text.length && this.#text[this.#at] !== quote) this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
    this.#at += 1;
  }

  #bare(): void {
    while (!/[\s,\]}/]/.test(this.#text[this.#at] ?? ',')) this.#at += 1;
  }

  #skip(): void {
    for (;;) {
      if (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
      else if (this.#text.startsWith('//', this.#at)) this.#endComment(/[\n\r\u2028\u2029]/g, 0);
      else if (this.#text.startsWith('/*', this.#at)) this.#endComment(/\*\//g, 2);
      else return;
    }
  }

  #endComment(end: RegExp, length: number): void {
    end.lastIndex = this.#at + 2;
    const found = end.exec(this.#text);
    this.#at = found === null ? this.#text.length : found.index + length;
    this.#lastEnd = this.#at;
  }

  #pass(length: number): void {
    this.#at += length;
    this.#lastEnd = this.#at;
  }
}
