import { createHmac, randomBytes } from 'node:crypto';
import { basename, sep } from 'node:path';

/** Parts of paths that say nothing about anybody. */
const PLAIN_PARTS = new Set([
  '',
  '~',
  '.openclaw',
  '.clawdbot',
  '.moldbot',
  '.moltbot',
  '.local',
  '.config',
  'share',
  'state',
  'Library',
  'Application Support',
  'Clawback',
  'clawback',
  'agents',
  'sessions',
  'sessions.json',
  'openclaw.json',
  'buffer.db',
  'logs',
  'Volumes',
  'Users',
  'home',
  'mnt',
  'media',
  'tmp',
  'var',
]);
/** What a program calls things: our own codes, and the system's. */
const CODE = /^(?:[a-z][a-z0-9]*(?:-[a-z0-9]+)*|[A-Z][A-Z0-9_]*|\d+(?:\.\d+)*)$/;
const LONGEST_CODE = 48;
/** Fields of log lines whose text is such a word, and never somebody's. */
const CODE_FIELDS = new Set([
  'code',
  'what',
  'step',
  'kind',
  'level',
  'event',
  'method',
  'phase',
  'witness',
  'mode',
  'version',
  'signal',
  'instead',
]);
const PATH_FIELDS = new Set(['path', 'root', 'directory', 'database', 'setAside', 'home', 'file']);
const FRAME = /^\s+at (?:async )?(?:([\w.#<>$ ]+?) \()?(?:file:\/\/)?([^()]+?):(\d+):(\d+)\)?$/;
const DEEPEST = 4;
const MOST_ITEMS = 20;

/**
 * Takes out what could tell of a person or of what was said: whatever is not known to be harmless becomes a hash. Hashes are
 * the same within one file, so that one conversation can be followed through it, and mean nothing outside of it.
 */
export class Redaction {
  readonly #key = randomBytes(32);
  readonly #homedir: string;

  constructor(homedir: string) {
    this.#homedir = homedir;
  }

  hash(text: string): string {
    return `#${createHmac('sha256', this.#key).update(text).digest('hex').slice(0, 10)}`;
  }

  /** Also of a file's name alone; the folder of the person becomes `~`. */
  path(path: string): string {
    const own = path === this.#homedir || path.startsWith(this.#homedir + sep);
    const shown = own ? `~${path.slice(this.#homedir.length)}` : path;
    return shown
      .split(sep)
      .map((part) => (PLAIN_PARTS.has(part) ? part : this.hash(part)))
      .join(sep);
  }

  code(text: string): string {
    return text.length <= LONGEST_CODE && CODE.test(text) ? text : this.hash(text);
  }

  fields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        this.code(kebab(name)) === kebab(name) ? name : this.hash(name),
        this.#value(name, value, 0),
      ]),
    );
  }

  #value(name: string, value: unknown, depth: number): unknown {
    if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
    if (typeof value === 'string') return this.#text(name, value);
    if (typeof value !== 'object' || depth >= DEEPEST) return typeof value;
    if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((item) => this.#value(name, item, depth + 1));
    // What is nested may be a table by name of somebody's things.
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        CODE_FIELDS.has(key) || PATH_FIELDS.has(key) ? key : this.hash(key),
        this.#value(key, item, depth + 1),
      ]),
    );
  }

  #text(name: string, text: string): string {
    if (name === 'stack') return this.#stack(text);
    if (PATH_FIELDS.has(name)) return this.path(text);
    return CODE_FIELDS.has(name) ? this.code(text) : this.hash(text);
  }

  /** Where in our own code, and nothing of the message: it may quote what was being read. */
  #stack(stack: string): string {
    const name = /^([A-Z]\w*Error)\b/.exec(stack)?.[1] ?? 'Error';
    const frames = stack.split('\n').flatMap((line) => {
      const frame = FRAME.exec(line);
      return frame === null ? [] : [`${frame[1] ?? ''} ${basename(frame[2] ?? '')}:${frame[3]}`.trim()];
    });
    return [name, ...frames].join(' < ');
  }
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
