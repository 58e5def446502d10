import type { Gap, MarkedMessage } from '../timeline-marks.ts';
import type { MessageView } from '../types.ts';
import type { LineBreak, LinePlace } from './lineage.ts';
import { crashBetween, type TurnEnds } from './turn-ends.ts';

const PAGE_TEXT_BYTES = 256 * 1024;

export interface Sized {
  readonly view: MessageView;
  readonly line: LinePlace;
  /** Of its text. */
  readonly bytes: number;
}

export interface PageDeps {
  readonly most: number;
  readonly ends: TurnEnds;
  /** What came before the page; asked for where it matters. */
  readonly messageBefore: () => MessageView | undefined;
  /** What the files themselves know of the place before a line; `before` is on the same page. */
  readonly lineBreak: (line: LinePlace, before: LinePlace | undefined) => LineBreak;
}

/** Messages up to a number and a size, the first one is always taken, with what happened between them. */
export class MessagePage {
  readonly items: MarkedMessage[] = [];
  readonly #deps: PageDeps;
  #bytes = 0;
  #lastAt: number | undefined;
  #lastLine: LinePlace | undefined;

  constructor(deps: PageDeps) {
    this.#deps = deps;
  }

  /** Also of the message that has no room any more: what happened before it belongs to this page. */
  add({ view, line, bytes }: Sized): boolean {
    if (view.at !== undefined) this.#markCrash(view.at);
    const { most } = this.#deps;
    if (this.items.length >= most || (this.items.length > 0 && this.#bytes + bytes > PAGE_TEXT_BYTES)) return false;
    const { gap, reset } = view.provenance === 'transcript' ? this.#deps.lineBreak(line, this.#lastLine) : {};
    const gapBefore = this.#gapBefore(view, gap);
    this.items.push({
      ...view,
      ...(gapBefore === undefined ? {} : { gapBefore }),
      ...(reset === undefined ? {} : { resetBefore: reset }),
    });
    this.#bytes += bytes;
    this.#lastAt = view.at ?? this.#lastAt;
    this.#lastLine = line;
    return true;
  }

  /** Nothing follows. */
  end(): void {
    this.#markCrash(Number.POSITIVE_INFINITY);
  }

  #markCrash(nextAt: number): void {
    const last = this.items.at(-1);
    const crashAfter = this.#lastAt === undefined ? undefined : crashBetween(this.#deps.ends.crashes, this.#lastAt, nextAt);
    if (last !== undefined && crashAfter !== undefined) this.items[this.items.length - 1] = { ...last, crashAfter };
  }

  #gapBefore(view: MessageView, lineGap: Gap | undefined): Gap | undefined {
    const found = view.provenance === 'transcript' ? lineGap : this.#unheardBefore(view);
    if (found === undefined) return undefined;
    const before = this.items.at(-1) ?? this.#deps.messageBefore();
    if (found === 'unheard') return before?.role === 'user' ? undefined : found;
    // What a witness kept there may be just that; and nobody knows what a conversation began with.
    return before?.provenance === 'transcript' ? found : undefined;
  }

  #unheardBefore({ provenance, role, at }: MessageView): 'unheard' | undefined {
    if (provenance !== 'gateway-stream' || role === 'user' || at === undefined) return undefined;
    const turn = this.#deps.ends.unheard.find(([after, upTo]) => after < at && at <= upTo);
    if (turn === undefined) return undefined;
    const lastAt = this.#lastAt ?? this.#deps.messageBefore()?.at ?? Number.NEGATIVE_INFINITY;
    // Before the first that was said of that turn.
    return lastAt <= turn[0] ? 'unheard' : undefined;
  }
}
