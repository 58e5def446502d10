import type { SessionRef, WitnessVerdict } from '../../../main/core/detect/detection.ts';
import { bufferPaths } from '../../../main/core/store/database.ts';
import { openSqlite } from '../../../main/core/store/sqlite.ts';
import type { WitnessSighting } from '../../../main/core/store/store.ts';
import type { MessageView } from '../../../main/core/types.ts';
import { Recording } from './recording.ts';

type Seen = WitnessSighting['messages'][number];

let refs = 0;

/** A reply that ended its run, unless told otherwise; every one has a `ref` of its own. */
export function seen(text: string, overrides: Partial<Seen> = {}): Seen {
  refs += 1;
  return {
    witness: 'recorder-plugin',
    ref: `ref-${refs}`,
    agent: 'main',
    nativeId: 'a',
    sessionKey: 'agent:main:main',
    role: 'assistant',
    phase: 'final',
    endsRun: true,
    at: 1_000 + refs,
    text,
    ...overrides,
  };
}

/** A recording that witnesses tell of too. */
export class Witnessing extends Recording {
  record(...messages: readonly Seen[]): void {
    this.journal.recordWitnessed([{ sourceId: this.directory.sourceId, witness: 'recorder-plugin', messages }], this.clock.now());
  }

  /** Ids of what waits for a verdict, by text. */
  pending(): ReadonlyMap<string, number> {
    return new Map(this.catalog.pendingWitnessed().map(({ text, id }) => [text, id]));
  }

  id(text: string, nativeId = 'a'): number {
    const id = this.pending().get(text) ?? this.catalog.unpersisted(this.ref(nativeId)).find((row) => row.text === text)?.id;
    if (id === undefined) throw new Error(`nobody witnessed: ${text}`);
    return id;
  }

  judge(...verdicts: readonly WitnessVerdict[]): void {
    this.commit([], { verdicts });
    this.index();
  }

  /** Records messages and finds that no file holds them. */
  promote(...messages: readonly Seen[]): void {
    this.record(...messages);
    const judged = this.catalog.pendingWitnessed().filter((row) => messages.some(({ text }) => text === row.text));
    this.judge(...judged.map(({ id, nativeId = 'a' }) => ({ id, is: 'unpersisted' as const, session: this.ref(nativeId) })));
  }

  unpersisted(text: string, session: SessionRef = this.ref('a'), sessionKey = 'agent:main:main'): WitnessVerdict {
    return { id: this.id(text, session.nativeId), is: 'unpersisted', session, sessionKey };
  }

  persisted(text: string): WitnessVerdict {
    return { id: this.id(text), is: 'persisted' };
  }

  /** As after damage to everything that can be derived again from the bytes. */
  forgetDerived(): void {
    this.#execute(`DELETE FROM record; DELETE FROM message; INSERT INTO message_text (message_text) VALUES ('delete-all');
             UPDATE generation SET indexed_to = 0, scanned_to = 0, messages = 0, assistant_messages = 0;
             UPDATE session SET messages = 0, only_here = 0, last_message_at = NULL, title = NULL, title_message = NULL, first_user_message = NULL;`);
  }

  /** Every chunk loses its bytes, and the reader what it remembers of them. */
  damageBytes(): void {
    this.#execute(`UPDATE chunk SET bytes = x'00'`);
  }

  #execute(sql: string): void {
    const db = openSqlite(bufferPaths(this.home).database, { busyTimeoutMs: 5_000 });
    db.exec(sql);
    db.close();
    this.reopen();
  }

  messages(nativeId = 'a'): readonly MessageView[] {
    return this.catalog.messages(this.row(nativeId), { limit: 500 }).items;
  }

  /** Page by page. */
  pages(nativeId: string, limit: number): readonly string[] {
    const found: string[] = [];
    let cursor: number | undefined;
    do {
      const page = this.catalog.messages(this.row(nativeId), { limit, ...(cursor === undefined ? {} : { cursor }) });
      if (page.items.length === 0 || page.items.length > limit) throw new Error(`a page of ${page.items.length}`);
      found.push(...page.items.map(({ text }) => text));
      cursor = page.next;
    } while (cursor !== undefined);
    return found;
  }

  texts(nativeId = 'a'): readonly string[] {
    return this.messages(nativeId).map(({ text }) => text);
  }

  summary(nativeId = 'a') {
    const session = this.catalog.session(this.row(nativeId));
    if (session === undefined) throw new Error(`no session ${nativeId}`);
    return session;
  }
}
