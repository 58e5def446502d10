import { Agenda, type Deadlines } from './agenda.ts';
import type { Desk } from './desk.ts';
import type { Evidence, TranscriptShape } from './detection.ts';
import type { IndexWatch } from './index-watch.ts';
import type { LossWatch } from './loss-watch.ts';
import { goneFrom } from './only-here.ts';
import type { TrackedSession } from './session-table.ts';
import type { TurnWatch } from './turn-watch.ts';

/**
 * Transcripts that OpenClaw 2026.3 will empty at the next turn, without a copy: one whose first line is not its header,
 * and one without any reply. The file is whole now; it is the last moment to say so.
 */
export class WipeWatch {
  readonly #desk: Desk;
  readonly #index: IndexWatch;
  readonly #turns: TurnWatch;
  readonly #losses: LossWatch;
  readonly #due: Agenda<string>;

  constructor(desk: Desk, index: IndexWatch, turns: TurnWatch, losses: LossWatch) {
    this.#desk = desk;
    this.#index = index;
    this.#turns = turns;
    this.#losses = losses;
    this.#due = new Agenda(desk.policy.settleMs);
  }

  /** The file changed, or the index names it from now on: look when it has been still for a while. */
  touched(tracked: TrackedSession, at: number): void {
    this.#due.set(tracked.key, at + this.#desk.policy.settleMs);
  }

  decide(now: number, evidence: Evidence): void {
    for (const key of this.#due.take(now)) {
      const tracked = this.#desk.table.byKey(key);
      if (tracked === undefined) continue;
      const running = this.#turns.isLocked(tracked.directoryKey, tracked.session.nativeId);
      if (tracked.liveGeneration !== undefined && (running || this.#losses.isPending(tracked))) {
        this.#due.set(key, now + this.#desk.policy.settleMs);
        continue;
      }
      this.#judge(tracked, now, evidence);
    }
  }

  get agendas(): readonly Deadlines[] {
    return [this.#due];
  }

  #judge(tracked: TrackedSession, now: number, evidence: Evidence): void {
    const open = this.#desk.incidentsOf(tracked.session, ['wipe-pending'])[0];
    const shape = tracked.liveGeneration === undefined ? undefined : evidence.shape(tracked.session);
    const reason = shape === undefined ? undefined : this.#reason(tracked, shape, evidence);
    if (shape === undefined || reason === undefined) {
      // Where the wipe came true, the loss speaks for itself: nobody should read that this solved itself.
      const came = open !== undefined && goneFrom(evidence, tracked.session).messages > 0;
      if (open !== undefined) this.#desk.resolve(open.draft.dedupeKey, came ? 'expected' : 'self-healed', now);
      return;
    }
    if (open?.draft.messages === shape.messages && open.draft.generationId === shape.generationId) return;
    const { sourceId, agent, nativeId } = tracked.session;
    this.#desk.raise(
      {
        kind: 'wipe-pending',
        dedupeKey: open?.draft.dedupeKey ?? `wipe-pending:${agent}:${nativeId}:s${sourceId}:g${shape.generationId}`,
        severity: 'warning',
        ...tracked.session,
        generationId: shape.generationId,
        messages: shape.messages,
        bytes: shape.size,
        evidence: { reason, size: shape.size, assistantMessages: shape.assistantMessages, seenAt: now },
      },
      now,
    );
  }

  #reason(tracked: TrackedSession, shape: TranscriptShape, evidence: Evidence): string | undefined {
    const entry = this.#index.entry(tracked);
    if (entry === undefined || this.#saidAlready(tracked)) return undefined;
    // No version that keeps a database empties a conversation.
    if (this.#desk.views.get(tracked.directoryKey)?.directory.store === 'database') return undefined;
    const inAll = evidence.messageCount(tracked.session);
    // OpenClaw's own compaction leaves such a file, and all of it is in the backup that it made first.
    if (tracked.hasBackup && shape.messages < inAll) return undefined;
    // An empty file of a conversation that never had a message puts nothing at risk.
    if (shape.size === 0) return inAll > 0 || entry.ranOnce ? 'empty' : undefined;
    if (shape.firstLine === 'other') return 'no-header';
    return shape.messages > 0 && shape.assistantMessages === 0 ? 'no-reply' : undefined;
  }

  #saidAlready(tracked: TrackedSession): boolean {
    if (this.#desk.incidentsOf(tracked.session, ['truncated', 'overwritten']).length > 0) return true;
    return tracked.state === 'lost' && this.#desk.incidentsOf(tracked.session, ['deleted']).length === 0;
  }
}
