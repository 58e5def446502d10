import assert from 'node:assert/strict';
import type { WitnessVerdict } from '../../main/core/detect/detection.ts';
import { said } from '../unit/store/recording.ts';
import { seen, Witnessing } from '../unit/store/witnessing.ts';

type Seen = ReturnType<typeof seen>;

/** A message that witnesses told of, and what must have become of it. */
interface Told {
  message: Seen;
  fate: 'pending' | 'settled' | 'standing';
  /** Its own line stands in a file too, as after a restore into the same conversation. */
  isRestored: boolean;
}

/** One conversation in a buffer, told of by witnesses and partly written, and what the buffer must then say. */
export class WitnessedModel implements Disposable {
  readonly #recording = new Witnessing();
  readonly #told: Told[] = [];
  readonly #written: { readonly text: string; readonly at: number }[] = [];
  #transcript: number | undefined;

  get told(): number {
    return this.#told.length;
  }

  /** Words are unlike each other, so that a search for one finds nothing else. */
  see(role: 'user' | 'assistant', isPartial: boolean, at: number): void {
    const text = `word${this.#told.length}x ${role}`;
    const message = seen(text, { role, at, endsRun: !isPartial, phase: isPartial ? 'partial' : 'final' });
    this.#told.push({ message, fate: 'pending', isRestored: false });
    this.#recording.record(message);
  }

  /** The same message again: as it was, or the rest of a reply that was streaming. */
  seeAgain(index: number, isEnded: boolean): void {
    const told = this.#at(index);
    const again = isEnded ? { ...told.message, text: `${told.message.text} more`, phase: 'final' as const } : told.message;
    this.#recording.record(again);
    if (told.fate === 'pending' || (told.message.phase === 'partial' && again.phase === 'final')) {
      told.message = again;
      // Its line was another message: what a restore made of it is one of the file now.
      if (told.isRestored) this.#written.push({ text: told.message.text.replace(/ more$/, ''), at: told.message.at });
      Object.assign(told, { fate: 'pending', isRestored: false });
    }
  }

  judge(index: number, is: WitnessVerdict['is']): void {
    const told = this.#at(index);
    const id = this.#idOf(told);
    if (id === undefined) return;
    const session = this.#recording.ref('a');
    this.#recording.commit([], { verdicts: [is === 'unpersisted' ? { id, is, session } : { id, is }] });
    if (is === 'unpersisted') {
      if (told.fate === 'pending') told.fate = 'standing';
      return;
    }
    if (told.isRestored) this.#written.push({ text: told.message.text, at: told.message.at });
    Object.assign(told, { fate: 'settled', isRestored: false });
  }

  /** OpenClaw writes something. */
  write(at: number): void {
    const text = `written${this.#written.length} ${at}`;
    this.#written.push({ text, at });
    this.#append(said(text, { id: `w${this.#written.length}`, at }));
  }

  /** A restore puts a message into the file, under the id that the buffer gave it. */
  restore(index: number): void {
    const told = this.#at(index);
    if (told.fate !== 'standing' || told.isRestored) return;
    this.#recording.index();
    const view = this.#recording.messages().find(({ text, provenance }) => text === told.message.text && provenance !== 'transcript');
    assert.ok(view, 'a standing message is shown');
    const line = this.#recording.catalog
      .unpersistedLines(this.#recording.row('a'))
      .find(({ bytes }) => Buffer.from(bytes).includes(`"${told.message.text}"`));
    assert.ok(line, 'a standing message has a line');
    told.isRestored = true;
    this.#append(`${Buffer.from(line.bytes)}\n`);
  }

  index(): void {
    this.#recording.index();
  }

  restart(): void {
    this.#recording.reopen();
  }

  deriveAgain(): void {
    this.#recording.forgetDerived();
  }

  tidy(): void {
    this.#recording.clock.advance(3_600_000);
    while (this.#recording.journal.upkeep(20, this.#recording.clock.now()));
  }

  check(): void {
    const recording = this.#recording;
    recording.index();
    const pending = this.#told.filter(({ fate }) => fate === 'pending');
    const standing = this.#told.filter(({ fate }) => fate === 'standing').sort((a, b) => a.message.at - b.message.at);
    assert.deepEqual(texts(recording.catalog.pendingWitnessed()), texts(pending.map(({ message }) => message)));
    const { ok, damaged } = recording.catalog.verify();
    assert.ok(ok, JSON.stringify(damaged));
    if (recording.catalog.findSessions('a').length === 0) {
      assert.equal(standing.length + this.#written.length, 0);
      return;
    }
    const row = recording.row('a');
    const shown = recording.messages();
    const expected = [...standing.map(({ message }) => message), ...this.#written];
    assert.deepEqual(texts(shown), texts(expected));
    const times = shown.map(({ at }) => at ?? 0);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
      'in the order they were said',
    );
    const unwritten = standing.filter(({ isRestored }) => !isRestored);
    assert.deepEqual(texts(shown.filter(({ persisted }) => !persisted)), texts(unwritten.map(({ message }) => message)));
    assert.equal(recording.summary().onlyHere, unwritten.length);
    assert.equal(recording.catalog.onlyHere(recording.ref('a')).messages, unwritten.length);
    assert.equal(recording.catalog.lastMessageAt(recording.ref('a')) ?? 0, Math.max(0, ...times));
    assert.deepEqual(texts(recording.catalog.unpersisted(recording.ref('a'))), texts(standing.map(({ message }) => message)));
    assert.deepEqual(
      recording.catalog.unpersistedLines(row).map(({ at }) => at),
      standing.map(({ message }) => message.at),
    );
    const records = recording.catalog.generations(row).map((generation) => generation.records);
    assert.equal(recording.summary().records, Math.max(...records));
    for (const { message } of this.#told) {
      const word = message.text.split(' ')[0] ?? '';
      const hits = recording.catalog.search(word, 10).length;
      assert.equal(hits, expected.filter(({ text }) => text.startsWith(`${word} `)).length, `search for ${word}`);
    }
  }

  [Symbol.dispose](): void {
    this.#recording[Symbol.dispose]();
  }

  #append(content: string): void {
    if (this.#transcript === undefined) this.#transcript = this.#recording.open('a', content);
    else this.#recording.append(this.#transcript, content);
  }

  #at(index: number): Told {
    const told = this.#told[index % this.#told.length];
    assert.ok(told);
    return told;
  }

  #idOf({ message }: Told): number | undefined {
    const { catalog } = this.#recording;
    const rows = [...catalog.pendingWitnessed(), ...catalog.unpersisted(this.#recording.ref('a'))];
    return rows.find(({ text, at }) => text === message.text && at === message.at)?.id;
  }
}

function texts(messages: readonly { readonly text: string }[]): readonly string[] {
  return messages.map(({ text }) => text).toSorted();
}
