import { afterEach, describe, expect, it } from 'vitest';
import { key, WitnessedScene } from './witnessed-scene.ts';

const startup = 'A new session was started via /new or /reset. Run your Session Startup sequence.';

/** Every scene of this file is a normal day: nothing may be told, and nothing may be called lost. */
describe('witnesses of a normal day raise no alarm', () => {
  let scene = new WitnessedScene();

  function talked(): WitnessedScene {
    scene = new WitnessedScene();
    scene.converse('s1');
    scene.run(5_000);
    scene.converse('s1', { replies: ['Let me run that. ', 'It says 3.'] });
    scene.run(5_000);
    return scene;
  }

  function reset(next: string, options: { ranOnce?: boolean; hasSessionFile?: boolean } = {}): void {
    scene.index(key, { sessionId: next, ranOnce: false, ...options });
    scene.archive('s1', 'reset');
    scene.tick();
  }

  function stream(ref: string, text: string, more: Partial<Parameters<WitnessedScene['witness']>[1]> = {}): void {
    scene.witness(ref, { witness: 'gateway-stream', role: 'assistant', text, runId: ref, sessionKey: key, nativeId: 's1', ...more });
  }

  function recorder(ref: string, role: 'user' | 'assistant' | 'tool', text: string, more: object = {}): void {
    scene.witness(ref, { witness: 'recorder-plugin', role, text, sessionKey: key, nativeId: 's1', ...more });
  }

  afterEach(() => {
    scene.run(60_000);
    expect(scene.witnessed.texts('unpersisted')).toEqual([]);
    expect(scene.alarms).toEqual([]);
  });

  it('turns, tool turns and long tool runs with the lock held', () => {
    talked();
    scene.converse('s1', { replies: ['First. ', 'Then. ', 'Done.'], toolMs: 300_000 });
    scene.run(5_000);
    expect(scene.witnessed.texts('pending')).toEqual([]);
  });

  it('a first turn whose file comes with its first reply', () => {
    scene = new WitnessedScene();
    scene.converse('s1', { replies: ['Let me look for a long time. ', 'There.'], isFirst: true, toolMs: 120_000 });
  });

  it('/new with its synthetic prompt', () => {
    talked();
    reset('s2');
    recorder('cmd', 'user', '/new', { runId: 'cmd-run' });
    scene.converse('s2', { user: startup, replies: ['Hello! What shall we do?'], isFirst: true });
  });

  it('/new with a text of its own', () => {
    talked();
    recorder('cmd', 'user', '/new tell me a story', { runId: 'cmd-run', nativeId: 's2' });
    reset('s2');
    scene.converse('s2', { user: 'tell me a story', replies: ['Once upon a time.'], isFirst: true });
  });

  it('sessions.reset, after which nobody writes for hours', () => {
    talked();
    reset('s2', { hasSessionFile: false });
    scene.run(3 * 3_600_000, 60_000);
  });

  it('a daily and an idle reset with the next message', () => {
    talked();
    scene.run(20 * 3_600_000, 600_000);
    reset('s2');
    scene.converse('s2', { isFirst: true });
    scene.run(120_000);
  });

  it('/new in the middle of a run, whose last line lands in a file without a header', () => {
    talked();
    scene.locks = [{ nativeId: 's1', pid: 7, createdAt: scene.now, holderAlive: true }];
    recorder('u', 'user', 'a long task');
    scene.write('s1', 'user', 'a long task');
    recorder('a1', 'assistant', 'Working. [tool exec]', { endsRun: false });
    scene.write('s1', 'assistant', 'Working. [tool exec]');
    scene.tick(3_000);
    reset('s2');
    scene.converse('s2', { user: startup, replies: ['Hello!'], isFirst: true });
    recorder('t', 'tool', 'ran', { nativeId: 's2' });
    recorder('a2', 'assistant', 'Finished.', { nativeId: 's2' });
    scene.write('s1', 'tool', 'ran', { header: false });
    scene.write('s1', 'assistant', 'Finished.', { header: false });
    stream('old-run', 'Working. Finished.', { nativeId: 's2' });
    scene.locks = [];
  });

  it('an abort, which OpenClaw writes twice', () => {
    talked();
    scene.locks = [{ nativeId: 's1', pid: 7, createdAt: scene.now, holderAlive: true }];
    recorder('u', 'user', 'abort me');
    scene.write('s1', 'user', 'abort me');
    for (const text of ['R92 w0', 'R92 w0 w1 w2', 'R92 w0 w1 w2 w3']) {
      stream('abort', text, { phase: 'partial', endsRun: false });
      scene.tick(600);
    }
    stream('abort', 'R92 w0 w1 w2 w3', { phase: 'aborted' });
    scene.ended('abort', 'aborted');
    scene.write('s1', 'assistant', 'R92 w0 w1 w2');
    scene.write('s1', 'assistant', 'R92 w0 w1 w2 w3 ');
    recorder('a', 'assistant', 'R92 w0 w1 w2 w3 ', { phase: 'aborted' });
    scene.locks = [];
  });

  it('the word that aborts', () => {
    talked();
    recorder('stop', 'user', 'stop', { runId: 'stop-run' });
    stream('stop', '⚙️ Agent was aborted.');
  });

  it('NO_REPLY and heartbeats, which leave no trace', () => {
    talked();
    recorder('hu', 'user', 'Read HEARTBEAT.md if it exists. If nothing needs attention, reply HEARTBEAT_OK.');
    scene.tick(1_000);
    recorder('ht', 'assistant', '[tool read]', { endsRun: false });
    recorder('hr', 'tool', 'nothing');
    recorder('ha', 'assistant', 'HEARTBEAT_OK');
    scene.ended('heartbeat', 'final', key, false);
    scene.run(20_000);
    recorder('na', 'assistant', 'NO_REPLY');
  });

  it('heartbeats that OpenClaw takes out although they say a little more, and alerts that it told before', () => {
    talked();
    const prompt = 'Read HEARTBEAT.md if it exists. If nothing needs attention, reply HEARTBEAT_OK.';
    const replies = ['HEARTBEAT_OK: the inbox is empty, all is calm.', 'All is calm.\n\n**HEARTBEAT_OK**', 'You have one unread mail.'];
    for (const [at, reply] of replies.entries()) {
      recorder(`pu${at}`, 'user', prompt);
      scene.tick(1_000);
      recorder(`pa${at}`, 'assistant', reply, { endsRun: true });
      scene.run(20_000);
    }
  });

  it('heartbeats whose prompt a person wrote', () => {
    talked();
    recorder('cu', 'user', 'Look at the mail and the calendar.');
    scene.tick(1_000);
    recorder('ca', 'assistant', 'HEARTBEAT_OK. Nothing new.', { endsRun: true });
    scene.run(20_000);
  });

  it('the reply of a command that is not stored', () => {
    talked();
    recorder('u', 'user', '/status', { runId: 'status-run' });
    scene.tick(500);
    stream('status-run', '⚙️ OpenClaw 2026.3.13 · session agent:main:main');
    scene.run(20_000);
    recorder('u2', 'user', '/compact', { runId: 'compact-run' });
    stream('compact-run', '⚙️ Compacted (1.1k → 23k)');
    scene.write('s1', 'assistant', '⚙️ Compacted (1.1k → 23k) • Context 23k/128k (18%)');
  });

  it('an error, of which the transcript keeps a line without text', () => {
    talked();
    recorder('u', 'user', 'what now');
    scene.write('s1', 'user', 'what now');
    scene.tick(1_000);
    scene.write('s1', 'assistant', '');
    recorder('a', 'assistant', '', { phase: 'error' });
    // What the gateway says of it itself, its stream's witness leaves out.
    stream('err', '', { phase: 'error' });
    scene.ended('err', 'error');
    scene.run(20_000);
    stream('err2', '⚠️ Agent failed before reply: session file locked (timeout 10000ms): pid=7 s1.jsonl');
  });

  it('compaction, which only adds', () => {
    talked();
    scene.converse('s1');
    scene.rewrite('s1');
    scene.run(5_000);
    scene.converse('s1');
  });

  it('directives, white space and stamps that only one side has', () => {
    talked();
    recorder('u', 'user', '[Working directory: /home/user/project]\n\n[Sun 2026-11-22 11:24 UTC] look  here');
    scene.write('s1', 'user', 'look here');
    scene.tick(300);
    scene.write('s1', 'assistant', '[[reply_to_current]] Here\n\nit is. \nMEDIA:/tmp/a.png');
    stream('run-d', 'Here it is.');
  });

  it('a text that a display cut short', () => {
    talked();
    const long = 'a word and another one. '.repeat(1_000);
    scene.write('s1', 'user', 'tell me much');
    recorder('u', 'user', 'tell me much');
    scene.write('s1', 'assistant', long);
    stream('long', `${long.slice(0, 8_000)}\n...(truncated)...`);
  });

  it('messages that waited and were handed over in one prompt', () => {
    talked();
    scene.locks = [{ nativeId: 's1', pid: 7, createdAt: scene.now, holderAlive: true }];
    recorder('q1', 'user', 'and this', { runId: 'q1' });
    recorder('q2', 'user', 'and that', { runId: 'q2' });
    scene.run(300_000, 5_000);
    const prompt = '[Queued messages while agent was busy]\n\n---\nQueued #1\nand this\n\n---\nQueued #2\nand that';
    recorder('qu', 'user', prompt);
    scene.write('s1', 'user', prompt);
    scene.write('s1', 'assistant', 'Both done.');
    recorder('qa', 'assistant', 'Both done.');
    scene.locks = [];
  });

  it('two runs of one key, one after the other', () => {
    talked();
    recorder('arrived', 'user', 'second question', { runId: 'run-second' });
    scene.converse('s1', { user: 'first question', replies: ['Well. ', 'First.'], toolMs: 30_000 });
    scene.notice({
      witness: 'gateway-stream',
      at: scene.now,
      event: 'run-started',
      agent: 'main',
      sessionKey: key,
      runId: 'run-second',
      sourceId: 1,
    });
    scene.tick(8_000);
    scene.converse('s1', { user: 'second question', replies: ['Second.'] });
    scene.ended('run-second', 'final');
  });

  it('the same said again and again', () => {
    talked();
    for (let turn = 0; turn < 20; turn++) {
      scene.converse('s1', { user: 'ok', replies: ['Done.'] });
      scene.tick(turn * 500);
    }
  });

  it('a hook that tells the first message twice', () => {
    talked();
    recorder('once', 'user', 'hello you');
    recorder('twice', 'user', 'hello you');
    scene.write('s1', 'user', 'hello you');
    scene.write('s1', 'assistant', 'hello');
    recorder('a', 'assistant', 'hello');
  });

  it('an orderly stop and a start between turns', () => {
    talked();
    scene.gateway = 'stopped';
    scene.notice({ witness: 'gateway-stream', at: scene.now, event: 'gateway-ended', clean: true, closeCode: 1012, sourceId: 1 });
    scene.run(20_000);
    scene.gateway = 'running';
    scene.notice({ witness: 'gateway-stream', at: scene.now, event: 'gateway-up', sourceId: 1 });
    scene.converse('s1');
  });

  it('a core that is restarted in the middle of a turn', () => {
    talked();
    recorder('u', 'user', 'are you there');
    scene.locks = [{ nativeId: 's1', pid: 7, createdAt: scene.now, holderAlive: true }];
    stream('mid', 'Yes, I', { phase: 'partial', endsRun: false });
    scene.tick(500);
    scene.restart(20_000);
    scene.run(30_000);
    scene.write('s1', 'user', 'are you there');
    scene.write('s1', 'assistant', 'Yes, I am.');
    stream('mid', 'Yes, I am.');
    scene.locks = [];
  });

  it('a recorder that is read hours later', () => {
    talked();
    const at = scene.now;
    scene.converse('s1', { user: 'late', replies: ['later'], seenBy: [] });
    scene.run(5 * 3_600_000, 600_000);
    recorder('u', 'user', 'late', { at });
    recorder('a', 'assistant', 'later', { at: at + 1_000 });
  });

  it('a clock that is set back and one that leaps', () => {
    talked();
    scene.converse('s1');
    scene.now -= 3_600_000;
    scene.tick();
    scene.converse('s1');
    scene.tick(8 * 3_600_000);
    scene.converse('s1');
  });

  it('a machine that sleeps in the middle of a turn', () => {
    talked();
    recorder('u', 'user', 'good night');
    scene.write('s1', 'user', 'good night');
    scene.locks = [{ nativeId: 's1', pid: 7, createdAt: scene.now, holderAlive: true }];
    stream('sleep', 'Sleep', { phase: 'partial', endsRun: false });
    scene.tick(500);
    scene.tick(8 * 3_600_000);
    scene.tick(500);
    scene.write('s1', 'assistant', 'Sleep well.');
    stream('sleep', 'Sleep well.');
    scene.locks = [];
  });

  it('the name that OpenClaw asks a model for', () => {
    talked();
    recorder('su', 'user', 'Based on this conversation, generate a slug', { sessionKey: 'temp:slug-generator', nativeId: undefined });
    recorder('sa', 'assistant', 'vendor-pitch', { sessionKey: 'temp:slug-generator', nativeId: undefined });
  });

  it('a message in a group that the agent was not asked by', () => {
    talked();
    recorder('g', 'user', 'hello everybody', { runId: 'group-1', sessionKey: 'agent:main:telegram:group:1', nativeId: undefined });
    scene.run(60_000);
    expect(scene.witnessed.texts('pending')).toEqual(['hello everybody']);
  });

  it('a session that is read by its name alone', () => {
    talked();
    scene.write('cron-1', 'user', 'run the report');
    scene.write('cron-1', 'assistant', 'reported');
    recorder('cu', 'user', 'run the report', { sessionKey: undefined, nativeId: 'cron-1' });
    recorder('ca', 'assistant', 'reported', { sessionKey: undefined, nativeId: 'cron-1' });
  });

  it('a command that OpenClaw answers itself, whatever it says', () => {
    talked();
    stream('cmd-run', '🦞 OpenClaw 2026.3.13 (61d171a) · Time: Sunday');
    scene.ended('cmd-run', 'final');
  });

  it('a gateway that keeps a database', () => {
    talked();
    scene.notice({ witness: 'gateway-stream', at: scene.now, event: 'gateway-up', version: '2026.9.6', sourceId: 1 });
    scene.converse('s1', { written: 'none', seenBy: ['stream'] });
  });

  it('a trajectory, which tells all of a long run when it is over', () => {
    talked();
    const place = { witness: 'trajectory', sessionKey: key, nativeId: 's1', runId: 'long-run' } as const;
    scene.locks = [{ nativeId: 's1', pid: 7, createdAt: scene.now, holderAlive: true }];
    scene.witness('t:u', { ...place, role: 'user', text: 'go' });
    scene.write('s1', 'user', 'go');
    scene.write('s1', 'assistant', 'Let me see.\n[tool exec]');
    scene.run(400_000, 5_000);
    scene.write('s1', 'tool', 'ran');
    scene.write('s1', 'assistant', 'Done.');
    scene.witness('t:0', { ...place, role: 'assistant', text: 'Let me see.\n[tool exec]', endsRun: false });
    scene.witness('t:1', { ...place, role: 'tool', text: 'ran' });
    scene.witness('t:2', { ...place, role: 'assistant', text: 'Done.' });
    scene.locks = [];
  });

  it('a file that is captured late', () => {
    talked();
    scene.say('s1', 1);
    scene.converse('s1', { user: 'first import', replies: ['of much'] });
  });

  it('an ACP turn that a later version writes when it is over', () => {
    talked();
    const acpKey = 'agent:kimi:acp:1';
    scene.index(acpKey, { sessionId: 'a1', isAcp: true, acpState: 'running' });
    scene.witness('u', { witness: 'recorder-plugin', role: 'user', text: 'ask', runId: 'acp-1', sessionKey: acpKey, nativeId: 'a1' });
    scene.run(60_000);
    scene.write('a1', 'user', 'ask');
    scene.write('a1', 'assistant', 'told');
    scene.write('a1', 'user', 'ask');
    scene.write('a1', 'assistant', 'told');
    scene.witness('a', { witness: 'recorder-plugin', role: 'assistant', text: 'told', runId: 'acp-1', sessionKey: acpKey, nativeId: 'a1' });
    scene.index(acpKey, { sessionId: 'a1', isAcp: true, acpState: 'idle' });
  });
});

describe('the cost of witnesses', () => {
  it('is nothing while they see nothing', () => {
    const scene = new WitnessedScene();
    scene.converse('s1', { seenBy: [] });
    scene.run(10_000);
    const before = scene.witnessed.questions;
    for (let turn = 0; turn < 10; turn++) {
      scene.converse('s1', { seenBy: [] });
      scene.run(10_000);
    }
    expect(scene.witnessed.questions).toBe(before);
  });
});
