import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqlite } from '../../../main/core/store/sqlite.ts';
import type { Witness, WitnessedMessage } from '../../../main/core/witness/witness.ts';
import { CoreRig } from '../../support/core-rig.ts';
import { filesThatHold, filesUnder } from '../../support/files-under.ts';

const secretKey = 'agent:main:telegram:direct:quokkalight';
const openKey = 'agent:main:main';
/** Also parts of it: the text index stores only how a word differs from the one before. */
const words = ['quokkalight', 'uokkaligh', 'kkalight'];

/** Says once what it is given. */
class TalkingWitness implements Witness {
  readonly kind = 'recorder-plugin';
  readonly status = { kind: 'recorder-plugin', state: 'listening' } as const;
  messages: WitnessedMessage[] = [];
  #said = 0;

  say(sessionKey: string, text: string, at: number): void {
    const ref = `ref-${this.#said++}`;
    this.messages.push({
      witness: 'recorder-plugin',
      ref,
      agent: 'main',
      sessionKey,
      role: 'assistant',
      phase: 'final',
      endsRun: true,
      at,
      text,
    });
  }

  collect = () => ({ messages: this.messages, events: [] });

  committed(): void {
    this.messages = [];
  }

  [Symbol.dispose](): void {}
}

/** A secret conversation between others that share its words' beginnings. */
async function twoConversations(rig: CoreRig): Promise<TalkingWitness> {
  const witness = new TalkingWitness();
  rig.openWitnesses = () => [witness];
  rig.state.begin(openKey, 'open-1');
  rig.state.begin(secretKey, 'secret-1');
  for (let turn = 0; turn < 40; turn += 1) {
    rig.state.turn('open-1', `quokka harbour question ${turn}`, `quokkas answer lantern${turn}`);
    rig.state.turn('secret-1', `the quokkalight${turn} question`, `the quokkalight answer${turn} quokkalightx`);
  }
  await rig.start();
  await rig.pass(3_000);
  witness.say(secretKey, 'quokkalight that was never written', rig.clock.now());
  await rig.pass(10_000);
  return witness;
}

async function rowOf(rig: CoreRig, sessionId: string): Promise<number> {
  const { items } = await rig.core.handlers.sessions({ limit: 100 });
  const found = items.find((session) => session.sessionId === sessionId);
  if (found === undefined) throw new Error(`no conversation ${sessionId}`);
  return found.id;
}

describe('a conversation that is forgotten', () => {
  it('leaves no word of it in any file of the home, and everything of the others', async () => {
    await using rig = new CoreRig();
    await twoConversations(rig);
    expect(filesThatHold(rig.home, words)).not.toEqual([]);
    const receipt = await rig.core.handlers.forget({ sessionRow: await rowOf(rig, 'secret-1') });
    expect(receipt).toMatchObject({ messages: 81, stillOnDisk: true });
    expect(receipt.bytes).toBeGreaterThan(10_000);
    expect(filesThatHold(rig.home, words)).toEqual([]);
    expect(await rig.core.handlers.search({ text: 'harbour', limit: 100 })).toHaveLength(40);
    expect(await rig.core.handlers.search({ text: 'quokkalight', limit: 100 })).toEqual([]);
    expect(rig.damage).toEqual([]);
  });

  it('leaves buffers that were set aside as damaged alone and says so, unless they are to go too', async () => {
    await using rig = new CoreRig();
    await twoConversations(rig);
    const aside = join(rig.home, 'buffer.damaged-2026-01-02T03-04-05.678Z.db');
    writeFileSync(aside, 'the quokkalight');
    writeFileSync(`${aside}-wal`, 'the quokkalight');
    expect(await rig.core.handlers.storage({})).toMatchObject({ setAside: { buffers: 1, bytes: 30 } });
    expect(await rig.core.handlers.forget({ sessionRow: await rowOf(rig, 'secret-1') })).toMatchObject({ setAside: 1 });
    expect(filesThatHold(rig.home, words)).toEqual([aside, `${aside}-wal`]);
    const receipt = await rig.core.handlers.forget({ sessionRow: await rowOf(rig, 'open-1'), alsoSetAside: true });
    expect(receipt).toMatchObject({ setAside: 0 });
    expect(filesThatHold(rig.home, words)).toEqual([]);
  });

  it('is not captured again while its file lies there, nor after a restart', async () => {
    await using rig = new CoreRig();
    const witness = await twoConversations(rig);
    await rig.core.handlers.forget({ sessionRow: await rowOf(rig, 'secret-1') });
    rig.incidents.length = 0;
    rig.state.turn('secret-1', 'quokkalight goes on', 'quokkalight indeed');
    witness.say(secretKey, 'quokkalight again', rig.clock.now());
    await rig.pass(30_000);
    await rig.stop();
    await rig.start();
    rig.state.turn('secret-1', 'quokkalight once more', 'quokkalight still');
    rig.state.archive('secret-1', 'deleted');
    await rig.pass(30_000);
    expect(filesThatHold(rig.home, words)).toEqual([]);
    const { items } = await rig.core.handlers.sessions({ limit: 100 });
    expect(items.map((session) => session.sessionId)).toEqual(['open-1']);
    expect(rig.core.status.ignored).toBe(1);
    expect(rig.incidents).toEqual([]);
  });

  it('leaves nothing in the free pages that sealing and earlier changes left', async () => {
    await using rig = new CoreRig();
    await twoConversations(rig);
    await rig.pass(900_000);
    const sealed = sealedBytes(rig, 'secret-1');
    expect(sealed.length).toBeGreaterThan(0);
    await rig.core.handlers.forget({ sessionRow: await rowOf(rig, 'secret-1') });
    expect(filesThatHold(rig.home, words)).toEqual([]);
    expect(filesWithBytes(rig, sealed)).toEqual([]);
  });

  it('leaves the spool of the recorder without its lines, which stays as long as it was', async () => {
    await using rig = new CoreRig();
    const spool = join(rig.home, 'recorder-spool');
    mkdirSync(spool, { recursive: true, mode: 0o700 });
    const path = join(spool, '1764000000000-4711.jsonl');
    const line = (more: object) => `${JSON.stringify({ v: 1, t: rig.clock.now(), seq: 1, hook: 'before_message_write', ...more })}\n`;
    const kept = line({ sessionKey: openKey, sessionId: 'open-1', message: { role: 'user', content: 'harbour' } });
    const bySession = line({ sessionKey: secretKey, sessionId: 'secret-1', message: { role: 'user', content: 'quokkalight' } });
    const byKey = line({ hook: 'message_received', sessionKey: secretKey, text: 'quokkalight' });
    writeFileSync(path, kept + bySession + byKey + kept, { mode: 0o600 });
    await twoConversations(rig);
    await rig.core.handlers.forget({ sessionRow: await rowOf(rig, 'secret-1') });
    expect(filesThatHold(rig.home, words)).toEqual([]);
    appendFileSync(path, kept);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((each) => each.length + 1)).toEqual([kept.length, bySession.length, byKey.length, kept.length, kept.length]);
    expect(lines.map((each) => (JSON.parse(each) as { hook: string }).hook)).toEqual([
      'before_message_write',
      'erased',
      'erased',
      'before_message_write',
      'before_message_write',
    ]);
  });

  it('is unknown afterwards, and a second time there is nothing to forget', async () => {
    await using rig = new CoreRig();
    await twoConversations(rig);
    const sessionRow = await rowOf(rig, 'secret-1');
    await rig.core.handlers.forget({ sessionRow });
    await expect(rig.core.handlers.forget({ sessionRow })).rejects.toMatchObject({ code: 'not-found' });
    await expect(rig.core.handlers.session({ row: sessionRow })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('takes its incidents and restores along, and its name out of those of others', async () => {
    await using rig = new CoreRig();
    await twoConversations(rig);
    for (let other = 0; other < 12; other += 1) {
      rig.state.begin(`agent:main:other:${other}`, `other-${other}`);
      rig.state.turn(`other-${other}`, `question of ${other}`, `answer of ${other}`);
    }
    await rig.pass(3_000);
    const sessionRow = await rowOf(rig, 'other-3');
    await rig.core.handlers.restore({ sessionRow, target: 'file', output: join(rig.home, '..', 'out.jsonl') });
    for (let other = 0; other < 12; other += 1) rmSync(rig.state.path(`other-${other}`));
    await rig.pass(10_000);
    const told = await rig.core.handlers.incidents({ all: true, limit: 100 });
    expect(JSON.stringify(told)).toContain('other-3');
    expect(await rig.core.handlers.restores({})).toHaveLength(1);
    await rig.core.handlers.forget({ sessionRow });
    expect(JSON.stringify(await rig.core.handlers.incidents({ all: true, limit: 100 }))).not.toContain('other-3"');
    expect(await rig.core.handlers.restores({})).toEqual([]);
  });
});

/** What stands in the buffer of a conversation, where it is compressed. */
function sealedBytes(rig: CoreRig, nativeId: string): readonly Buffer[] {
  const db = openSqlite(join(rig.home, 'buffer.db'), { readonly: true, mustExist: true, busyTimeoutMs: 1_000 });
  try {
    return db
      .prepare<[string], Buffer>(
        'SELECT bytes FROM chunk WHERE codec <> 0 AND generation_id IN (SELECT id FROM generation WHERE native_id = ?)',
      )
      .pluck()
      .all(nativeId);
  } finally {
    db.close();
  }
}

function filesWithBytes(rig: CoreRig, blobs: readonly Buffer[]): readonly string[] {
  return filesUnder(rig.home).filter((path) => {
    const bytes = readFileSync(path);
    return blobs.some((blob) => bytes.includes(blob.subarray(0, 64)) || bytes.includes(blob.subarray(-64)));
  });
}
