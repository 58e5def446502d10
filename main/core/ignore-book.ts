import { type Ignorable, type IgnoreMatcher, ignoreMatcher } from './ignore-rules.ts';
import type { IgnoreRules } from './requests.ts';
import type { Forgetting, PassedOver } from './store/store.ts';

/** What the buffer knows. `remember` makes durable that a rule by key matched a conversation: its archives bear no key. */
export type IgnoreMemory = Pick<Forgetting, 'passedOver' | 'keyed' | 'remember'>;

export type MaybePlaced = Ignorable & { readonly nativeId?: string };

/**
 * Which conversations are passed over: by the rules of the configuration, and because they were forgotten. A key names another
 * session after each reset, so what a rule by key once matched stays matched for as long as there is the rule.
 */
export class IgnoreBook {
  readonly #memory: IgnoreMemory;
  readonly #known = new Map<string, PassedOver>();
  /** Of those, what only the rules as they are now make one: not durable as such. */
  readonly #recalled = new Set<PassedOver>();
  #rules: string;
  #matcher: IgnoreMatcher;
  /** Goes up with everything that makes an earlier answer a wrong one. */
  version = 0;

  constructor(rules: IgnoreRules | undefined, memory: IgnoreMemory) {
    this.#memory = memory;
    this.#rules = JSON.stringify(rules ?? {});
    this.#matcher = ignoreMatcher(rules);
    for (const passedOver of memory.passedOver()) this.#add(passedOver);
    this.#recall();
  }

  /** Rules that were checked; they hold from the next look on. */
  follow(rules: IgnoreRules | undefined): void {
    const asText = JSON.stringify(rules ?? {});
    if (asText === this.#rules) return;
    this.#rules = asText;
    this.#matcher = ignoreMatcher(rules);
    this.#recall();
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
    if (before !== undefined && this.#isSettled(before, sessionKey)) return;
    const passedOver = { sourceId, agent, nativeId, sessionId, sessionKey };
    this.#memory.remember(passedOver);
    this.#add(passedOver);
  }

  /** The buffer holds nothing of it any more. */
  forgot(passedOver: PassedOver): void {
    this.#add(passedOver);
    this.version += 1;
  }

  /** What was known by a key before there was a rule: OpenClaw's list may name it no more. */
  #recall(): void {
    if (!this.#matcher.needsKeys) return;
    for (const keyed of this.#memory.keyed()) {
      const isNew = !this.#known.has(keyOf(keyed.sourceId, keyed.agent, keyed.nativeId));
      if (!isNew || !this.#matcher.matchesKey(keyed.sessionKey)) continue;
      this.#recalled.add(keyed);
      this.#add(keyed);
    }
  }

  #isSettled(before: PassedOver, sessionKey: string): boolean {
    return before.forgottenAt !== undefined || (before.sessionKey === sessionKey && !this.#recalled.has(before));
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
