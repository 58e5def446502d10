import { Agenda, type Deadlines } from './agenda.ts';
import type { Desk } from './desk.ts';
import type { DirectoryView } from './detection.ts';
import { directoryKeyOf } from './session-table.ts';

/** Directories and files that cannot be seen. Not seeing is its own trouble and never a deletion. */
export class SightWatch {
  readonly #desk: Desk;
  /** Since when, and what was told last. */
  readonly #blind = new Map<string, { readonly since: number; told: string | undefined }>();
  readonly #due: Agenda<string>;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#due = new Agenda(desk.policy.settleMs);
  }

  see(view: DirectoryView, at: number): void {
    const key = directoryKeyOf(view.directory);
    if (view.state !== 'unreadable' && view.skipped.length === 0) {
      this.#blind.delete(key);
      this.#due.delete(key);
      const open = this.#desk.incidentOf('source-unreadable', view.directory);
      if (open !== undefined) this.#desk.resolve(open.draft.dedupeKey, 'self-healed', at);
      return;
    }
    const known = this.#blind.get(key);
    if (known === undefined) this.#blind.set(key, { since: at, told: undefined });
    if (known === undefined || (known.told !== undefined && known.told !== tell(view))) this.#due.set(key, at + this.#desk.policy.settleMs);
  }

  decide(now: number): void {
    for (const key of this.#due.take(now)) {
      const view = this.#desk.views.get(key);
      const blind = this.#blind.get(key);
      if (view === undefined || blind === undefined) continue;
      blind.told = tell(view);
      const { sourceId, agent, path } = view.directory;
      const open = this.#desk.incidentOf('source-unreadable', view.directory);
      this.#desk.raise(
        {
          kind: 'source-unreadable',
          dedupeKey: open?.draft.dedupeKey ?? `source-unreadable:${agent}:s${sourceId}:t${blind.since}:${path}`,
          severity: 'warning',
          sourceId,
          agent,
          messages: 0,
          bytes: 0,
          evidence: {
            directory: path,
            since: blind.since,
            whole: view.state === 'unreadable',
            ...(view.reason === undefined ? {} : { reason: view.reason }),
            skipped: view.skipped.length,
            names: view.skipped.slice(0, 20),
          },
        },
        now,
      );
    }
  }

  get agendas(): readonly Deadlines[] {
    return [this.#due];
  }
}

function tell(view: DirectoryView): string {
  return JSON.stringify([view.state, view.reason ?? '', view.skipped]);
}
