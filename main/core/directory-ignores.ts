import type { DirectoryRef } from './capture/change.ts';
import type { DirectoryView } from './detect/detection.ts';
import { nativeIdOf } from './detect/reset-watch.ts';
import type { IgnoreBook } from './ignore-book.ts';
import type { Artefact, IndexEntry, IndexReading } from './sources/source.ts';

/**
 * What of one sessions directory is passed over. Its names mean nothing to capture, and its keys nothing to detection. The
 * index itself is not kept while it names such a conversation: its bytes would tell of it.
 */
export class DirectoryIgnores {
  readonly #book: IgnoreBook;
  readonly #directory: DirectoryRef;
  readonly #classify: (name: string) => Artefact;
  readonly #passedOver = new Set<string>();
  #named: ReadonlySet<string> = new Set();
  #learned: IndexReading | undefined;
  #version: number;
  #quiet: { readonly of: IndexReading; readonly is: IndexReading } | undefined;
  hidesIndex: boolean;

  constructor(book: IgnoreBook, directory: DirectoryRef, classify: (name: string) => Artefact) {
    this.#book = book;
    this.#directory = directory;
    this.#classify = classify;
    this.#version = book.version;
    this.hidesIndex = this.#hidesAll;
  }

  /** There is nothing to ask of the index. */
  get isIdle(): boolean {
    return this.#book.isIdle && this.#version === this.#book.version;
  }

  /** Conversations with a transcript here that is passed over. */
  get passedOver(): ReadonlySet<string> {
    return this.#passedOver;
  }

  /**
   * What the index says now. True when names mean something else than before: whoever knows them by their old meaning has to
   * begin again.
   */
  learn(index: IndexReading | undefined): boolean {
    const isNewBook = this.#version !== this.#book.version;
    if (!isNewBook && index === this.#learned) return false;
    this.#version = this.#book.version;
    this.#learned = index;
    // An index that cannot be read takes nothing back.
    if (index !== undefined && !index.ok) return isNewBook;
    const named = new Set<string>();
    for (const entry of index?.entries.values() ?? []) {
      const conversation = this.#conversationOf(entry);
      this.#book.learn(this.#directory.sourceId, conversation);
      if (this.#book.isIgnored(this.#directory.sourceId, conversation)) named.add(conversation.nativeId);
    }
    const hidesIndex = named.size > 0 || this.#hidesAll;
    const isOther = hidesIndex !== this.hidesIndex || [...named].some((nativeId) => !this.#named.has(nativeId));
    this.#named = named;
    this.hidesIndex = hidesIndex;
    if (!isNewBook && !isOther) return false;
    this.#passedOver.clear();
    this.#quiet = undefined;
    return true;
  }

  /** In place of what the layout says of a name. */
  classify(name: string): Artefact {
    const artefact = this.#classify(name);
    if (this.#book.isIdle) return artefact;
    switch (artefact.is) {
      case 'transcript':
        if (!this.#isIgnored(artefact.nativeId, artefact.sessionId)) return artefact;
        this.#passedOver.add(artefact.nativeId);
        return { is: 'ignored' };
      case 'sidecar':
        return artefact.nativeId !== undefined && this.#isIgnored(artefact.nativeId) ? { is: 'ignored' } : artefact;
      case 'lock': {
        const of = this.#classify(artefact.of);
        return of.is === 'transcript' && this.#isIgnored(of.nativeId, of.sessionId) ? { is: 'ignored' } : artefact;
      }
      case 'index':
        return this.hidesIndex ? { is: 'ignored' } : artefact;
      case 'ignored':
        return artefact;
    }
  }

  /** What detection may know of a view: nothing is judged that is not captured. */
  quiet(view: DirectoryView): DirectoryView {
    const { index } = view;
    if (this.#book.isIdle || index?.ok !== true) return view;
    if (this.#quiet?.of !== index) {
      const kept = [...index.entries].filter(([, entry]) => {
        const { nativeId, ...conversation } = this.#conversationOf(entry);
        return !this.#isIgnored(nativeId) && !this.#book.isIgnored(this.#directory.sourceId, conversation);
      });
      this.#quiet = { of: index, is: kept.length === index.entries.size ? index : { ok: true, entries: new Map(kept) } };
    }
    return { ...view, index: this.#quiet.is };
  }

  get #hidesAll(): boolean {
    return this.#book.matchesAgent(this.#directory.agent);
  }

  #isIgnored(nativeId: string, sessionId?: string): boolean {
    if (this.#named.has(nativeId)) return true;
    const { agent, sourceId } = this.#directory;
    return this.#book.isIgnored(sourceId, { agent, nativeId, ...(sessionId === undefined ? {} : { sessionId }) });
  }

  #conversationOf(entry: IndexEntry): { agent: string; nativeId: string; sessionId: string; sessionKey: string } {
    const nativeId = nativeIdOf(entry, this.#classify);
    return { agent: this.#directory.agent, nativeId, sessionId: entry.sessionId, sessionKey: entry.key };
  }
}
