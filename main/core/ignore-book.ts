import { type Ignorable, type IgnoreMatcher, ignoreMatcher } from './ignore-rules.ts';
import type { IgnoreRules } from './requests.ts';
import type { PassedOver } from './store/store.ts';

export interface IgnoreBookDeps {
  /** As the buffer holds them at start. */
  readonly remembered: readonly PassedOver[];
  /** Makes durable that a rule by key matched a conversation: its archives bear no key. */
  readonly remember: (passedOver: PassedOver) => void;
}

export type MaybePlaced = Ignorable & { readonly nativeId?: string };

/**
 * Which conversations are passed over: by the rules of the configuration, and because they were forgotten. A key names another
 * session after each reset, so what a rule by key once matched stays matched for as long as there is the rule.
 */
export class IgnoreBook {
  readonly #deps: IgnoreBookDeps;
  readonly #known = new Map<string, PassedOver>();
  #rules: string;
  #matcher: IgnoreMatcher;
  /** Goes up with everything that makes an earlier answer a wrong one. */
  version = 0;

  constructor(rules: IgnoreRules | undefined, deps: IgnoreBookDeps) {
    this.#deps = deps;
    this.#rules = JSON.stringify(rules ?? {});
    this.#matcher = ignoreMatcher(rules);
    for (const passedOver of deps.remembered) this.#add(passedOver);
  }

  /** Rules that were checked; they hold from the next look on. */
  follow(rules: IgnoreRules | undefined): void {
    const asText = JSON.stringify(rules ?? {});
    if (asText === this.#rules) return;
    this.#rules = asText;
    this.#matcher = ignoreMatcher(rules);
    this.version += 1;
  }

  /** Nothing is passed over, whatever it is. */
  get isIdle(): boolean {
    return this.#matcher.isEmpty && this.#known.size === 0;
  }

  matchesAgent(agent: string): boolean {
    return this.#matcher.matchesAgent(agent);
  }

  isIgnored(sourceId: number, conversation: MaybePlaced): boolean {
    if (this.isIdle) return false;
    return this.#matcher.matches(conversation) || this.#isKnown(sourceId, conversation);
  }

  /** What the index says of a conversation, while it says it. */
  learn(sourceId: number, { agent, nativeId, sessionId, sessionKey }: Required<MaybePlaced>): void {
    if (!this.#matcher.matchesKey(sessionKey)) return;
    const before = this.#known.get(keyOf(sourceId, agent, nativeId));
    if (before !== undefined && (before.forgottenAt !== undefined || before.sessionKey === sessionKey)) return;
    const passedOver = { sourceId, agent, nativeId, sessionId, sessionKey };
    this.#deps.remember(passedOver);
    this.#add(passedOver);
  }

  /** The buffer holds nothing of it any more. */
  forgot(passedOver: PassedOver): void {
    this.#add(passedOver);
    this.version += 1;
  }

  #isKnown(sourceId: number, { agent, nativeId, sessionId }: MaybePlaced): boolean {
    const stem = nativeId ?? sessionId;
    const known = stem === undefined ? undefined : this.#known.get(keyOf(sourceId, agent, stem));
    if (known === undefined) return false;
    return known.forgottenAt !== undefined || (known.sessionKey !== undefined && this.#matcher.matchesKey(known.sessionKey));
  }

  #add(passedOver: PassedOver): void {
    const { sourceId, agent, nativeId, sessionId } = passedOver;
    this.#known.set(keyOf(sourceId, agent, nativeId), passedOver);
    // A witness may know the session's id and not the name of its file.
    if (!nativeId.startsWith(`${sessionId}-topic-`)) this.#known.set(keyOf(sourceId, agent, sessionId), passedOver);
  }
}

function keyOf(sourceId: number, agent: string, nativeId: string): string {
  return `${sourceId}\u0000${agent}\u0000${nativeId}`;
}
