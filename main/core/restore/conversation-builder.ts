import { createHash } from 'node:crypto';
import { jsonText, withMembers } from './json-members.ts';
import {
  type EntryPlace,
  headerLine,
  messageLine,
  missingPromptLine,
  missingReplyLine,
  missingToolResultLine,
} from './restored-entries.ts';
import {
  completeAssistant,
  objectOf,
  parseObject,
  readTranscriptLine,
  type TranscriptEntry,
  type TranscriptLine,
} from './transcript-line.ts';
import type { WitnessedLine } from './witnessed-line.ts';

/** One line as it was captured, without its line feed. `terminated` is false only for a last line that has none. */
export interface CapturedLine {
  readonly bytes: Uint8Array;
  readonly terminated: boolean;
}

export interface BuildOptions {
  /** Of the new session. Fresh entry ids are derived from it, so that a plan and its execution give the same bytes. */
  readonly sessionId: string;
  /** Working folder of the header where the conversation names none. */
  readonly cwd: string;
  /** Time of added entries where the conversation has no time at all. */
  readonly fallbackAt: number;
  /** For OpenClaw's importer: the header has to bear the id of the file, and the version that files have. */
  readonly ownHeader?: boolean;
}

/** Every change that a rebuild can make. In a plan several of a kind are one entry `code:count`. */
export type RebuildChange =
  | 'header-added'
  | 'header-fixed'
  | 'header-renamed'
  | 'extra-header-dropped'
  | 'garbage-line-dropped'
  | 'torn-line-dropped'
  | 'duplicate-dropped'
  | 'junk-bytes-removed'
  | 'newline-added'
  | 'id-added'
  | 'id-replaced'
  | 'parent-fixed'
  | 'assistant-completed'
  | 'tool-result-added'
  | 'assistant-added'
  | 'unpersisted-added'
  | 'missing-prompt-marked';

interface LineEdit {
  readonly drop?: true;
  readonly skipBytes?: number;
  readonly set?: ReadonlyMap<string, string>;
  readonly completeAt?: number;
}

export interface ConversationSurvey {
  readonly form: 'verbatim' | 'rebuilt';
  readonly changes: readonly string[];
  /** User, assistant and tool messages that are taken over; added ones do not count. */
  readonly messages: number;
  /** Of these, the ones that only witnesses saw. */
  readonly unpersisted: number;
  readonly prefix: Uint8Array | undefined;
  readonly edits: ReadonlyMap<number, LineEdit>;
  /** Lines that go before the captured one of this number. */
  readonly insertions: ReadonlyMap<number, readonly Uint8Array[]>;
  readonly suffix: readonly Uint8Array[];
}

/**
 * Decides whether OpenClaw 2026.3 would accept these lines as they are, and if not what must change. It would not when
 * the first line is no header (the next turn wipes the file), when there is no assistant message (likewise), when lines
 * do not parse or the last has no end (the next append glues to it), when the last entry's parents do not lead to a root
 * (the model sees only the rest), or when a tool call has no result.
 */
export function surveyConversation(
  lines: Iterable<CapturedLine>,
  options: BuildOptions,
  witnessed: readonly WitnessedLine[] = [],
): ConversationSurvey {
  const survey = startSurvey(options, witnessed);
  for (const line of lines) survey.take(line);
  return survey.finish();
}

/**
 * The same line by line, for a caller that must not hold the thread as long as a large conversation takes. `witnessed`:
 * messages that are in no transcript, in the order they were said; each goes where its time puts it.
 */
export function startSurvey(
  options: BuildOptions,
  witnessed: readonly WitnessedLine[] = [],
): { take(line: CapturedLine): void; finish(): ConversationSurvey } {
  return new Survey(options, witnessed);
}

/** The bytes to write. `lines` must be the ones that were surveyed. */
export function* buildConversation(lines: Iterable<CapturedLine>, survey: ConversationSurvey): IterableIterator<Uint8Array> {
  if (survey.prefix !== undefined) yield survey.prefix;
  let index = 0;
  for (const line of lines) {
    const edit = survey.edits.get(index);
    yield* survey.insertions.get(index) ?? [];
    index += 1;
    if (edit?.drop) continue;
    yield edit === undefined ? line.bytes : applyEdit(line.bytes, edit);
    if (line.terminated || survey.form === 'rebuilt') yield lineFeed;
  }
  yield* survey.suffix;
}

const lineFeed: Uint8Array = Uint8Array.of(10);
const talkers: ReadonlySet<string> = new Set(['user', 'assistant', 'toolResult']);

class Survey {
  private readonly options: BuildOptions;
  private readonly witnessed: readonly WitnessedLine[];
  private readonly edits = new Map<number, LineEdit>();
  private readonly insertions = new Map<number, Uint8Array[]>();
  private readonly counts = new Map<RebuildChange, number>();
  /** Digest of the line that holds an id. */
  private readonly digests = new Map<string, number>();
  /** Ids that two different entries shared: what the later one is called now. */
  private readonly renamed = new Map<string, string>();
  private readonly parents = new Map<string, string | null>();
  private readonly reparented = new Set<string>();
  private readonly unanswered = new Map<string, string>();
  private index = 0;
  private freshIds = 0;
  private header: 'none' | 'valid' | 'fixed' = 'none';
  private cwd: string | undefined;
  /** What the next entry is joined to the one before it for: it is a root, or whatever it names as its parent. */
  private joinNext: 'no' | 'root' | 'any' = 'no';
  private lastId: string | null = null;
  private firstAt: number | undefined;
  private lastAt: number | undefined;
  private messages = 0;
  private assistants = 0;
  private placed = 0;
  private unpersisted = 0;
  private lastTalk: { readonly isEndedReply: boolean; readonly runId?: string | undefined } | undefined;

  constructor(options: BuildOptions, witnessed: readonly WitnessedLine[]) {
    this.options = options;
    this.witnessed = witnessed;
  }

  take(line: CapturedLine): void {
    const read = readTranscriptLine(line.bytes);
    if (read.is === 'garbage') this.drop(line.terminated ? 'garbage-line-dropped' : 'torn-line-dropped');
    else if (read.is === 'header') this.takeHeader(read);
    else this.takeEntry(read, line.bytes);
    if (read.is !== 'garbage' && !line.terminated) this.count('newline-added');
    this.index += 1;
  }

  private takeHeader(header: TranscriptLine & { is: 'header' }): void {
    this.cwd ??= header.cwd;
    this.noteTime(header.at);
    if (this.header !== 'none' || this.lastId !== null) {
      // OpenClaw starts over at a second header; what follows continues what stands before it.
      this.drop('extra-header-dropped');
      this.joinNext = 'root';
      return;
    }
    const isForeign = this.options.ownHeader === true && (header.id !== this.options.sessionId || header.version !== 3);
    this.header = header.id !== undefined && header.strippedBytes === 0 && !isForeign ? 'valid' : 'fixed';
    if (this.header === 'valid') return;
    this.count(isForeign ? 'header-renamed' : 'header-fixed');
    const set = new Map<string, string>();
    if (header.id === undefined || isForeign) set.set('id', jsonText(this.options.sessionId));
    if (header.version === undefined || isForeign) set.set('version', '3');
    this.edits.set(this.index, { skipBytes: header.strippedBytes, set });
  }

  private takeEntry(entry: TranscriptEntry, bytes: Uint8Array): void {
    const digest = digestOf(bytes.subarray(entry.strippedBytes));
    if (entry.id !== undefined && this.digests.get(entry.id) === digest) {
      this.drop('duplicate-dropped');
      return;
    }
    this.insertBefore(entry);
    const set = new Map<string, string>();
    const id = this.idFor(entry, set);
    this.digests.set(id, digest);
    this.placeBelow(id, entry, set);
    this.noteTime(entry.at);
    if (entry.strippedBytes > 0) this.count('junk-bytes-removed');
    if (entry.role !== undefined) this.noteMessage(entry);
    if (set.size > 0 || entry.strippedBytes > 0 || entry.incomplete) {
      this.edits.set(this.index, {
        ...(entry.strippedBytes > 0 ? { skipBytes: entry.strippedBytes } : {}),
        ...(set.size > 0 ? { set } : {}),
        ...(entry.incomplete ? { completeAt: entry.at ?? this.lastAt ?? this.options.fallbackAt } : {}),
      });
    }
    this.lastId = id;
    this.joinNext = 'no';
  }

  private insertBefore(entry: TranscriptEntry): void {
    if (this.witnessed.length === 0) return;
    const lines: Uint8Array[] = [];
    for (let next = this.witnessed[this.placed]; next !== undefined && this.isBefore(next, entry); next = this.witnessed[this.placed]) {
      this.placeWitnessed(next, lines);
    }
    if (entry.role === 'user') this.answerOpenCalls(lines);
    if (lines.length === 0) return;
    this.insertions.set(this.index, lines);
    this.joinNext = 'any';
  }

  private isBefore(witnessed: WitnessedLine, entry: TranscriptEntry): boolean {
    if (entry.at === undefined) return false;
    // Nothing may come between a tool call and its result.
    if (this.isAnswer(entry) && !this.isAnswer(witnessed.entry)) return false;
    return witnessed.at < entry.at || (witnessed.at === entry.at && witnessed.role === 'user');
  }

  private isAnswer({ answers }: TranscriptEntry): boolean {
    return answers !== undefined && this.unanswered.has(answers);
  }

  private placeWitnessed(witnessed: WitnessedLine, lines: Uint8Array[]): void {
    const { entry, role, runId, message, at } = witnessed;
    this.placed += 1;
    if (role === 'user') this.answerOpenCalls(lines);
    if (role === 'assistant' && this.lacksPrompt(runId)) {
      lines.push(missingPromptLine(this.nextPlace(at)));
      this.count('missing-prompt-marked');
    }
    const id = entry.id !== undefined && !this.digests.has(entry.id) ? entry.id : undefined;
    this.noteTime(at);
    lines.push(messageLine(this.nextPlace(at, id), message));
    this.count('unpersisted-added');
    if (talkers.has(role)) this.unpersisted += 1;
    this.noteMessage(entry, runId);
  }

  /** A run may speak several times, before and after its tools; another run answers another prompt. */
  private lacksPrompt(runId: string | undefined): boolean {
    if (this.lastTalk === undefined) return true;
    return this.lastTalk.isEndedReply && (runId === undefined || this.lastTalk.runId !== runId);
  }

  private answerOpenCalls(lines: Uint8Array[]): void {
    for (const [id, name] of this.unanswered) {
      lines.push(missingToolResultLine(this.nextPlace(this.momentLater()), { id, name }));
      this.count('tool-result-added');
    }
    this.unanswered.clear();
  }

  private momentLater(): number {
    this.lastAt = (this.lastAt ?? this.options.fallbackAt) + 1;
    return this.lastAt;
  }

  private nextPlace(at: number, id = this.freshId()): EntryPlace {
    const place = { id, parentId: this.lastId, at };
    this.digests.set(id, 0);
    this.parents.set(id, this.lastId);
    this.lastId = id;
    return place;
  }

  private idFor(entry: TranscriptEntry, set: Map<string, string>): string {
    if (entry.id !== undefined && !this.digests.has(entry.id)) return entry.id;
    const fresh = this.freshId();
    set.set('id', jsonText(fresh));
    this.count(entry.id === undefined ? 'id-added' : 'id-replaced');
    if (entry.id !== undefined) this.renamed.set(entry.id, fresh);
    return fresh;
  }

  private placeBelow(id: string, entry: TranscriptEntry, set: Map<string, string>): void {
    const named = typeof entry.parentId === 'string' ? (this.renamed.get(entry.parentId) ?? entry.parentId) : entry.parentId;
    // A parent must stand before its child: that also rules out circles.
    const follows =
      named === null ? this.lastId === null || this.joinNext === 'no' : named !== undefined && named !== id && this.digests.has(named);
    const parent = follows && named !== undefined && this.joinNext !== 'any' ? named : this.lastId;
    this.parents.set(id, parent);
    if (parent === entry.parentId) return;
    set.set('parentId', jsonText(parent));
    if (this.joinNext !== 'any') this.reparented.add(id);
  }

  private noteMessage(entry: TranscriptEntry, runId?: string): void {
    if (entry.role !== undefined && talkers.has(entry.role)) {
      this.messages += 1;
      this.lastTalk = { isEndedReply: entry.role === 'assistant' && entry.toolCalls.length === 0, runId };
    }
    if (entry.role === 'user') this.unanswered.clear();
    if (entry.answers !== undefined) this.unanswered.delete(entry.answers);
    if (entry.role !== 'assistant') return;
    this.assistants += 1;
    this.unanswered.clear();
    for (const call of entry.toolCalls) this.unanswered.set(call.id, call.name);
  }

  finish(): ConversationSurvey {
    const chainIsBroken = this.chainWasRepaired();
    const suffix = this.suffix();
    const startsAt = this.firstAt ?? this.options.fallbackAt;
    const prefix = this.header === 'none' ? headerLine(this.options.sessionId, startsAt, this.cwd ?? this.options.cwd) : undefined;
    if (prefix !== undefined) this.count('header-added');
    if (this.counts.size === 0 && !chainIsBroken) {
      const nothing = { prefix: undefined, edits: new Map(), insertions: new Map(), suffix: [] };
      return { form: 'verbatim', changes: [], messages: this.messages, unpersisted: 0, ...nothing };
    }
    this.count('parent-fixed', this.reparented.size);
    this.count('assistant-completed', [...this.edits.values()].filter((edit) => edit.completeAt !== undefined).length);
    const changes = [...this.counts].map(([code, count]) => (count === 1 ? code : `${code}:${count}`));
    const { messages, unpersisted, edits, insertions } = this;
    return { form: 'rebuilt', changes, messages, unpersisted, prefix, edits, insertions, suffix };
  }

  /** Walks up from the last entry as OpenClaw does to find what the model shall see. */
  private chainWasRepaired(): boolean {
    for (let id = this.lastId; id !== null; id = this.parents.get(id) ?? null) {
      if (this.reparented.has(id)) return true;
    }
    return false;
  }

  private suffix(): readonly Uint8Array[] {
    const added: Uint8Array[] = [];
    for (const witnessed of this.witnessed.slice(this.placed)) this.placeWitnessed(witnessed, added);
    this.answerOpenCalls(added);
    if (this.assistants === 0) {
      added.push(missingReplyLine(this.nextPlace(this.momentLater())));
      this.count('assistant-added');
    }
    return added;
  }

  private freshId(): string {
    for (;;) {
      this.freshIds += 1;
      const id = createHash('sha256').update(`${this.options.sessionId} ${this.freshIds}`).digest('hex').slice(0, 8);
      if (!this.digests.has(id)) return id;
    }
  }

  private noteTime(at: number | undefined): void {
    if (at === undefined) return;
    this.firstAt ??= at;
    this.lastAt = Math.max(this.lastAt ?? at, at);
  }

  private drop(why: RebuildChange): void {
    this.edits.set(this.index, { drop: true });
    this.count(why);
  }

  private count(change: RebuildChange, times = 1): void {
    if (times > 0) this.counts.set(change, (this.counts.get(change) ?? 0) + times);
  }
}

/**
 * Tells two lines of the same id apart: FNV-1a over the bytes, with their number above it. A cryptographic hash of every
 * line would take longer than reading the conversation.
 */
function digestOf(line: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < line.length; at += 1) hash = Math.imul(hash ^ (line[at] ?? 0), 0x01000193);
  return (hash >>> 0) + (line.length % 0x100000) * 0x1_0000_0000;
}

function applyEdit(line: Uint8Array, edit: LineEdit): Uint8Array {
  const bytes = edit.skipBytes === undefined ? line : line.subarray(edit.skipBytes);
  const set = new Map(edit.set);
  if (edit.completeAt !== undefined) {
    const message = objectOf(parseObject(bytes)?.message);
    if (message !== undefined) set.set('message', jsonText(completeAssistant(message, edit.completeAt)));
  }
  return set.size === 0 ? bytes : withMembers(bytes, set);
}
