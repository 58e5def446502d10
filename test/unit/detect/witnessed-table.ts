import type { SessionRef, WitnessedRow, WitnessVerdict } from '../../../main/core/detect/detection.ts';

interface Kept {
  row: WitnessedRow;
  state: 'pending' | 'persisted' | 'covered' | 'void' | 'unpersisted';
  session?: SessionRef;
}

/** What the buffer keeps of witnessed messages: rows without a verdict, and those that became messages of a conversation. */
export class WitnessedTable {
  readonly #kept = new Map<number, Kept>();
  readonly #refs = new Map<string, number>();
  questions = 0;

  record(ref: string, row: Omit<WitnessedRow, 'id' | 'isUnpersisted'>): void {
    const id = this.#refs.get(ref) ?? this.#kept.size + 1;
    const known = this.#kept.get(id);
    if (known !== undefined && known.state !== 'pending' && known.row.phase !== 'partial') return;
    this.#refs.set(ref, id);
    this.#kept.set(id, { row: { ...row, id, isUnpersisted: false, seenAt: known?.row.seenAt ?? row.seenAt }, state: 'pending' });
  }

  apply(verdicts: readonly WitnessVerdict[]): void {
    for (const verdict of verdicts) {
      const kept = this.#kept.get(verdict.id);
      if (kept === undefined) throw new Error(`no witnessed message ${verdict.id}`);
      if (kept.state !== 'pending' && kept.state !== 'unpersisted') throw new Error(`${verdict.id} is ${kept.state} already`);
      kept.state = verdict.is;
      if (verdict.is !== 'unpersisted') continue;
      kept.session = verdict.session;
      const { nativeId, agent } = verdict.session;
      kept.row = { ...kept.row, isUnpersisted: true, nativeId, agent };
    }
  }

  pending(): readonly WitnessedRow[] {
    this.questions += 1;
    return this.#rows((kept) => kept.state === 'pending');
  }

  unpersisted(session: SessionRef): readonly WitnessedRow[] {
    return this.#rows((kept) => kept.state === 'unpersisted' && kept.session?.nativeId === session.nativeId);
  }

  texts(state: Kept['state']): readonly string[] {
    return this.#rows((kept) => kept.state === state).map(({ text }) => text);
  }

  #rows(of: (kept: Kept) => boolean): readonly WitnessedRow[] {
    return [...this.#kept.values()]
      .filter(of)
      .map(({ row }) => row)
      .sort((a, b) => a.at - b.at || a.id - b.id);
  }
}
