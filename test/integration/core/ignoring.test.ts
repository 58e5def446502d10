import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';
import { filesThatHold } from '../../support/files-under.ts';
import { OpenclawState } from '../../support/openclaw-state.ts';

const chat = 'agent:main:telegram:direct:42';

async function sessionsOf(rig: CoreRig): Promise<readonly string[]> {
  const { items } = await rig.core.handlers.sessions({ limit: 100 });
  return items.map((session) => session.sessionId).sort();
}

/** One chat that a rule speaks of and one that none does. */
function twoChats(rig: CoreRig): void {
  for (const [key, id] of [
    ['agent:main:main', 'open-1'],
    [chat, 'secret-1'],
  ] as const) {
    rig.state.begin(key, id);
    rig.state.turn(id, `${id} question`, `${id} answer`);
  }
}

describe('what rules say to ignore', () => {
  it.each([
    ['a key with a star', { keys: ['agent:main:telegram:*'] }],
    ['a session', { sessions: ['secret-1'] }],
  ])('is not captured from the first look on, by %s', async (_, ignore) => {
    await using rig = new CoreRig();
    twoChats(rig);
    writeFileSync(join(rig.state.sessions, 'secret-1.trajectory.jsonl'), '{"say":"secret-1 answer"}\n');
    await rig.start({ ignore });
    await rig.pass(10_000);
    expect(await sessionsOf(rig)).toEqual(['open-1']);
    expect(filesThatHold(rig.home, ['secret-1 answer'])).toEqual([]);
    expect(rig.core.status.ignored).toBe(1);
  });

  it('is a whole agent', async () => {
    await using rig = new CoreRig();
    twoChats(rig);
    const other = new OpenclawState(rig.state.root, rig.clock, 'work');
    other.begin('agent:work:main', 'work-1');
    other.turn('work-1', 'work question', 'work answer');
    await rig.start({ ignore: { agents: ['work'] } });
    await rig.pass(10_000);
    expect(await sessionsOf(rig)).toEqual(['open-1', 'secret-1']);
    expect(filesThatHold(rig.home, ['work answer', 'work-1'])).toEqual([]);
  });

  it('goes on being ignored under its archive name once its key names the next session, after a restart too', async () => {
    await using rig = new CoreRig();
    twoChats(rig);
    await rig.start({ ignore: { keys: [chat] } });
    await rig.pass(5_000);
    rig.state.reset(chat, 'secret-1', 'secret-2');
    await rig.pass(30_000);
    rig.state.begin(chat, 'secret-2');
    rig.state.turn('secret-2', 'secret-2 question', 'secret-2 answer');
    await rig.pass(30_000);
    await rig.stop();
    await rig.start({ ignore: { keys: [chat] } });
    await rig.pass(30_000);
    expect(await sessionsOf(rig)).toEqual(['open-1']);
    expect(filesThatHold(rig.home, ['secret-1 answer', 'secret-2 answer'])).toEqual([]);
    expect(rig.incidents).toEqual([]);
  });

  it('keeps what was captured before, adds nothing to it and tells nothing of it, until the rule is taken back', async () => {
    await using rig = new CoreRig();
    twoChats(rig);
    await rig.start();
    await rig.pass(5_000);
    const flushIntervalMs = 1_000;
    await rig.core.handlers.configure({ roots: [rig.state.root], flushIntervalMs, ignore: { keys: [chat] } });
    rig.state.turn('secret-1', 'more question', 'more answer');
    await rig.pass(5_000);
    expect(await sessionsOf(rig)).toEqual(['open-1', 'secret-1']);
    expect(filesThatHold(rig.home, ['more answer'])).toEqual([]);
    expect(rig.core.status.ignored).toBe(1);
    await rig.core.handlers.configure({ roots: [rig.state.root], flushIntervalMs });
    await rig.pass(5_000);
    expect(filesThatHold(rig.home, ['more answer'])).not.toEqual([]);
    expect(rig.core.status.ignored).toBeUndefined();
    expect(rig.incidents).toEqual([]);
  });

  it('is an archive, too, whose key was known before there was the rule', async () => {
    await using rig = new CoreRig();
    twoChats(rig);
    await rig.start();
    await rig.pass(5_000);
    await rig.stop();
    rig.state.turn('secret-1', 'late question', 'late answer');
    rig.state.reset(chat, 'secret-1', 'secret-2');
    await rig.start({ ignore: { keys: [chat] } });
    await rig.pass(30_000);
    expect(filesThatHold(rig.home, ['late answer'])).toEqual([]);
    expect(rig.core.status.ignored).toBe(1);
    await rig.core.handlers.configure({ roots: [rig.state.root], flushIntervalMs: 1_000 });
    await rig.pass(5_000);
    expect(filesThatHold(rig.home, ['late answer'])).not.toEqual([]);
    expect(rig.incidents).toEqual([]);
  });

  it('is an archive by a rule that comes while it is there already', async () => {
    await using rig = new CoreRig();
    twoChats(rig);
    await rig.start();
    await rig.pass(5_000);
    rig.state.reset(chat, 'secret-1', 'secret-2');
    rig.state.begin(chat, 'secret-2');
    rig.state.turn('secret-2', 'secret-2 question', 'secret-2 answer');
    await rig.pass(30_000);
    await rig.core.handlers.configure({ roots: [rig.state.root], flushIntervalMs: 1_000, ignore: { keys: [chat] } });
    await rig.pass(2_000);
    expect(rig.core.status.ignored).toBe(2);
  });

  it('raises no alarm when its file goes', async () => {
    await using rig = new CoreRig();
    twoChats(rig);
    await rig.start();
    await rig.pass(5_000);
    await rig.core.handlers.configure({ roots: [rig.state.root], flushIntervalMs: 1_000, ignore: { keys: [chat] } });
    await rig.pass(2_000);
    rig.state.archive('secret-1', 'bak');
    rig.state.forget(chat);
    await rig.pass(60_000);
    expect(rig.incidents).toEqual([]);
  });

  it('is refused in words where a rule is not clear, and the earlier rules stay', async () => {
    await using rig = new CoreRig();
    twoChats(rig);
    await rig.start({ ignore: { keys: [chat] } });
    await rig.pass(5_000);
    const unclear = { roots: [rig.state.root], flushIntervalMs: 1_000, ignore: { agents: ['ma*'] } };
    await expect(rig.core.handlers.configure(unclear)).rejects.toMatchObject({ code: 'invalid' });
    await rig.pass(5_000);
    expect(await sessionsOf(rig)).toEqual(['open-1']);
  });

  it('does not stay in the spool of the recorder once it was read', async () => {
    await using rig = new CoreRig();
    twoChats(rig);
    const spool = join(rig.home, 'recorder-spool');
    mkdirSync(spool, { recursive: true });
    const line = JSON.stringify({
      v: 1,
      t: 1,
      seq: 1,
      hook: 'before_message_write',
      sessionKey: chat,
      message: { content: 'told in secret' },
    });
    writeFileSync(join(spool, '1764000000000-4711.jsonl'), `${line}\n`);
    const heard = { sessionKey: chat, agent: 'main', role: 'assistant', phase: 'final', endsRun: true, text: 'told in secret' } as const;
    let messages = [{ ...heard, witness: 'recorder-plugin', ref: 'r1', at: rig.clock.now() } as const];
    rig.openWitnesses = () => [
      {
        kind: 'recorder-plugin',
        status: { kind: 'recorder-plugin', state: 'listening' },
        collect: () => ({ messages, events: [] }),
        committed: () => {
          messages = [];
        },
        [Symbol.dispose]: () => undefined,
      },
    ];
    await rig.start({ ignore: { keys: [chat] } });
    await rig.pass(90_000);
    expect(filesThatHold(rig.home, ['told in secret'])).toEqual([]);
  });
});
