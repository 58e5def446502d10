import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDeviceIdentity } from '../../../main/core/gateway/device-identity.ts';
import { createGatewayStream, type GatewayStreamOptions } from '../../../main/core/gateway/gateway-stream.ts';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import type { Witness, WitnessEvent, WitnessedMessage } from '../../../main/core/witness/witness.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type FakeGateway, fakeGateway, hello } from '../../support/fake-gateway.ts';
import { recordedFrames } from '../../support/recorded-frames.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

let temp: TempDir;
let root: string;
let gateway: FakeGateway;
let clock: FakeClock;
let isRunning: boolean;
let stream: Witness;
/** All that was handed over, each batch committed. */
let messages: WitnessedMessage[];
let events: WitnessEvent[];

beforeEach(async () => {
  temp = tempDir();
  root = join(temp.path, '.openclaw');
  mkdirSync(root);
  gateway = await fakeGateway();
  configure({ mode: 'token', token: 'shared' });
  clock = new FakeClock();
  isRunning = true;
  messages = [];
  events = [];
});
afterEach(async () => {
  stream[Symbol.dispose]();
  await gateway[Symbol.asyncDispose]();
  temp[Symbol.dispose]();
});

function configure(auth: object): void {
  writeFileSync(join(root, 'openclaw.json'), JSON.stringify({ gateway: { port: gateway.port, auth } }));
}

function start(more: Partial<GatewayStreamOptions> = {}): void {
  stream = createGatewayStream({
    root,
    env: { HOME: temp.path },
    home: temp.path,
    clock,
    log: silentLogger,
    identity: openDeviceIdentity(join(temp.path, 'clawback')),
    keys: { byKey: () => undefined, bySessionId: () => undefined, all: [] },
    random: () => 0,
    isRunning: async () => isRunning,
    mayTrust: () => true,
    ...more,
  });
  clock.advance(0);
}

function take(): void {
  const batch = stream.collect();
  messages.push(...batch.messages);
  events.push(...batch.events);
  stream.committed();
}

const listening = () => vi.waitFor(() => expect(stream.status.state).toBe('listening'));
const waiting = () => vi.waitFor(() => expect(stream.status.state).toBe('waiting'));
const blocked = (code: string) => vi.waitFor(() => expect(stream.status).toMatchObject({ state: 'blocked', problem: { code } }));
const timerSet = () => vi.waitFor(() => expect(clock.pending).toBeGreaterThan(0));
const noticed = (event: WitnessEvent['event']) =>
  vi.waitFor(() => {
    take();
    const found = events.filter((candidate) => candidate.event === event);
    expect(found).not.toEqual([]);
    return found;
  });
const seen = (text: string) =>
  vi.waitFor(() => {
    take();
    const found = messages.findLast((message) => message.text.includes(text));
    if (found === undefined) throw new Error(`nobody said ${text}`);
    return found;
  });
const says = (state: string, text: string, runId = 'run') => ({
  runId,
  sessionKey: 'main',
  state,
  message: { role: 'assistant', content: [{ type: 'text', text }], timestamp: clock.now() },
});
const connects = () => gateway.requests.filter(({ method }) => method === 'connect').length;

describe('the stream', () => {
  test('listens read-only, under a name of its own, and says which gateway it hears', async () => {
    start();
    await listening();
    const [connect] = gateway.requests;
    expect(connect?.params).toMatchObject({
      scopes: ['operator.read'],
      caps: [],
      client: { displayName: expect.stringMatching(/^Clawback recorder on .+ [0-9a-f]{8}$/) },
    });
    await noticed('gateway-up');
    expect(events).toMatchObject([{ event: 'gateway-up', version: '2026.3.13' }]);
    expect(gateway.requests).toHaveLength(1);
  });

  test('subscribes once in protocol 4', async () => {
    gateway.hello = hello(4);
    gateway.answers.set('sessions.subscribe', () => ({ subscribed: true }));
    start();
    await vi.waitFor(() => expect(gateway.requests.map(({ method }) => method)).toEqual(['connect', 'sessions.subscribe']));
    expect(gateway.requests[1]?.params).toEqual({});
    expect(events).toEqual([]);
  });

  test('tells once of a reply and the end of its run, when the gateway has had a moment to write them down', async () => {
    const toldAt: number[] = [];
    start({ onNews: () => toldAt.push(clock.monotonic()) });
    await listening();
    gateway.send('chat', says('final', 'The tide is in.', 'one'));
    gateway.send('chat', says('final', 'The tide is out.', 'two'));
    await seen('The tide is out.');
    const saidAt = clock.monotonic();
    expect(toldAt).toEqual([]);
    clock.advance(1_000);
    expect(toldAt).toEqual([saidAt + 100]);
  });

  test('offers what streams at every collect, longer each time, and the whole in the end', async () => {
    start();
    await listening();
    gateway.send('chat', says('delta', 'One'));
    expect(await seen('One')).toMatchObject({ ref: 'run', phase: 'partial', endsRun: false });
    gateway.send('chat', says('delta', 'One two'));
    expect(await seen('One two')).toMatchObject({ ref: 'run', phase: 'partial' });
    gateway.send('chat', says('final', 'One two three'));
    expect(await seen('One two three')).toMatchObject({ ref: 'run', phase: 'final', endsRun: true });
    expect(stream.status.lastMessageAt).toBe(clock.now());
    take();
    expect(stream.collect().messages).toEqual([]);
  });

  test('hands over the same again until it is committed', async () => {
    start();
    await listening();
    gateway.send('chat', says('final', 'Said'));
    await vi.waitFor(() => expect(stream.collect().messages).toHaveLength(1));
    expect(stream.collect().messages).toMatchObject([{ text: 'Said' }]);
    stream.committed();
    expect(stream.collect()).toEqual({ messages: [], events: [] });
  });

  test('keeps a reply that was streaming when the gateway was killed, and says that it was no clean end', async () => {
    start();
    await listening();
    for (const frame of recordedFrames('2026.3-killed-in-first-turn')) {
      if ('event' in frame) gateway.send(frame.event, frame.payload, frame.seq);
    }
    expect(await seen('w17')).toMatchObject({ phase: 'partial' });
    gateway.drop();
    expect(await noticed('gateway-ended')).toMatchObject([{ clean: false, closeCode: 1006 }]);
    expect(messages.at(-1)).toMatchObject({ phase: 'partial', text: expect.stringMatching(/w17$/) });
    expect(stream.status.state).toBe('waiting');
  });

  test('knows an announced end', async () => {
    start();
    await listening();
    gateway.send('shutdown', { reason: 'gateway stopping', restartExpectedMs: null }, 1);
    gateway.close(1012, 'service restart');
    expect(await noticed('gateway-ended')).toMatchObject([{ clean: true, closeCode: 1012 }]);
  });

  test('comes back by itself, sooner at first, and never stops trying', async () => {
    isRunning = false;
    start();
    await timerSet();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      let waited = 0;
      while (clock.pending > 0) {
        clock.advance(100);
        waited += 100;
      }
      waits.push(waited);
      await timerSet();
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 5000, 5000, 5000, 5000]);
    isRunning = true;
    clock.advance(5000);
    await listening();
  });

  test('takes up the next gateway after one that ended', async () => {
    start();
    await listening();
    await noticed('gateway-up');
    gateway.hello = hello(3, { snapshot: { uptimeMs: 5 } });
    gateway.drop();
    await waiting();
    clock.advance(30_000);
    await listening();
    gateway.send('chat', says('final', 'After the restart'));
    await seen('After the restart');
    expect(events.map(({ event }) => event).filter((event) => event.startsWith('gateway'))).toEqual([
      'gateway-up',
      'gateway-ended',
      'gateway-up',
    ]);
  });

  test('that is thrown out and comes back to the same gateway tells of no end', async () => {
    start();
    await listening();
    gateway.send('tick', {}, 10);
    gateway.close(1008, 'slow consumer');
    await waiting();
    gateway.hello = hello(3, { snapshot: { uptimeMs: 31_000 } });
    clock.advance(30_000);
    await listening();
    gateway.send('tick', {}, 14);
    expect(await noticed('missed')).toMatchObject([{ frames: 3 }]);
    expect(events.filter(({ event }) => event === 'gateway-ended')).toEqual([]);
  });

  test('drops a connection on which not even ticks come', async () => {
    start();
    await listening();
    clock.advance(80_000);
    gateway.send('tick', {}, 1);
    gateway.send('chat', says('final', 'Alive'));
    await seen('Alive');
    clock.advance(80_000);
    expect(stream.status.state).toBe('listening');
    clock.advance(10_000);
    expect(stream.status.state).toBe('waiting');
    gateway.hello = hello(3, { snapshot: { uptimeMs: 201_000 } });
    clock.advance(30_000);
    await listening();
    take();
    expect(events.filter(({ event }) => event === 'gateway-ended')).toEqual([]);
  });

  test('asks nothing of a gateway that only ticks', async () => {
    start();
    await listening();
    for (let minute = 0; minute < 10; minute += 1) {
      clock.advance(60_000);
      gateway.send('tick', {});
      gateway.send('chat', says('final', `Minute ${minute}`, `run ${minute}`));
      await seen(`Minute ${minute}`);
    }
    expect(gateway.requests).toHaveLength(1);
  });

  test('ends with its disposal', async () => {
    start();
    await listening();
    stream[Symbol.dispose]();
    await vi.waitFor(() => expect(gateway.connected).toBe(0));
    expect(clock.pending).toBe(0);
  });
});

describe('what was missed', () => {
  beforeEach(() => {
    gateway.hello = hello(4);
    gateway.answers.set('sessions.subscribe', () => ({ subscribed: true }));
  });

  const stored = (id: string, content: string, more: object = {}) => ({ role: 'user', content, timestamp: 1, __openclaw: { id, ...more } });

  test('is counted by the numbers that were left out', async () => {
    start();
    await listening();
    gateway.send('tick', {}, 1);
    gateway.send('tick', {}, 5);
    expect(await noticed('missed')).toMatchObject([{ frames: 3 }]);
  });

  test('is fetched from the history of the conversations that were heard of', async () => {
    gateway.answers.set('chat.history', () => ({ sessionId: 's', messages: [stored('a', 'Heard'), stored('b', 'Missed')] }));
    start();
    await listening();
    gateway.send('session.message', { sessionKey: 'main', sessionId: 's', messageId: 'a', message: stored('a', 'Heard') });
    await seen('Heard');
    gateway.send('tick', {}, 4);
    expect(await seen('Missed')).toMatchObject({ ref: 'b', sessionId: 's', sessionKey: 'agent:main:main', role: 'user', phase: 'final' });
    expect(gateway.requests.at(-1)).toMatchObject({ method: 'chat.history', params: { sessionKey: 'agent:main:main' } });
  });

  test('is fetched after a time without connection, too', async () => {
    gateway.answers.set('chat.history', () => ({ sessionId: 's', messages: [stored('b', 'Said meanwhile')] }));
    start();
    await listening();
    gateway.send('session.message', { sessionKey: 'main', sessionId: 's', messageId: 'a', message: stored('a', 'Before') });
    await seen('Before');
    gateway.drop();
    await waiting();
    clock.advance(30_000);
    await seen('Said meanwhile');
  });

  test('of a cut message is its rest', async () => {
    gateway.answers.set('chat.message.get', () => ({ ok: true, message: stored('a', 'Cut no more') }));
    start();
    await listening();
    gateway.send('session.message', { sessionKey: 'main', messageId: 'a', message: stored('a', 'Cut', { truncated: true }) });
    expect(await seen('Cut no more')).toMatchObject({ ref: 'a', phase: 'final' });
    expect(gateway.requests.at(-1)).toMatchObject({
      method: 'chat.message.get',
      params: { sessionKey: 'agent:main:main', messageId: 'a' },
    });
  });

  test('and cannot be had is asked for once more when its turn is over, and then no more', async () => {
    gateway.answers.set('chat.message.get', () => ({ ok: false, unavailableReason: 'not_found' }));
    const asked = () => gateway.requests.filter(({ method }) => method === 'chat.message.get').length;
    start();
    await listening();
    gateway.send('session.message', { sessionKey: 'main', messageId: 'a', message: stored('a', 'Cut', { truncated: true }) });
    await vi.waitFor(() => expect(asked()).toBe(1));
    gateway.send('chat', says('final', 'Later'));
    await vi.waitFor(() => expect(asked()).toBe(2));
    gateway.send('chat', { ...says('final', 'Last'), runId: 'another-run' });
    await seen('Last');
    expect(asked()).toBe(2);
  });

  test('of a cut message that was not stored yet is its rest when its turn is over', async () => {
    gateway.answers.set('chat.message.get', () => ({ ok: false, unavailableReason: 'not_found' }));
    start();
    await listening();
    gateway.send('session.message', { sessionKey: 'main', messageId: 'a', message: stored('a', 'Cut', { truncated: true }) });
    await vi.waitFor(() => expect(gateway.requests.at(-1)?.method).toBe('chat.message.get'));
    gateway.answers.set('chat.message.get', () => ({ ok: true, message: stored('a', 'Cut no more') }));
    gateway.send('chat', says('final', 'Later'));
    expect(await seen('Cut no more')).toMatchObject({ ref: 'a', phase: 'final' });
  });
});

describe('what is in the way', () => {
  test.each([
    ['pairing-needed', { code: 'NOT_PAIRED', details: { code: 'PAIRING_REQUIRED' } }],
    ['auth-refused', { code: 'INVALID_REQUEST', details: { code: 'AUTH_TOKEN_MISMATCH' } }],
    ['protocol-mismatch', { code: 'INVALID_REQUEST', details: { expectedProtocol: 9 }, closeCode: 1002 }],
  ])('is said as %s', async (code, refusal) => {
    gateway.refuse = () => refusal;
    start();
    await blocked(code);
    expect(stream.status.problem?.hint).not.toBe('');
  });

  test('is said of a token that only OpenClaw can read, without a connection', async () => {
    configure({ token: { source: 'exec', provider: 'vault', id: 'token' } });
    start();
    await blocked('token-unreadable');
    expect(gateway.upgrades).toEqual([]);
  });

  test('is nothing while the gateway does not run', async () => {
    configure({});
    isRunning = false;
    start();
    await timerSet();
    expect(stream.status).toEqual({ kind: 'gateway-stream', state: 'waiting' });
  });

  test('is nothing while the gateway says that it is still starting', async () => {
    gateway.refuse = () => ({ code: 'UNAVAILABLE', message: 'startup-sidecars' });
    start();
    await vi.waitFor(() => expect(connects()).toBe(1));
    await timerSet();
    expect(stream.status.state).toBe('waiting');
    gateway.refuse = undefined;
    clock.advance(1000);
    await listening();
  });

  test('is not asked about again and again, until the configuration changes', async () => {
    gateway.refuse = () => ({ code: 'INVALID_REQUEST', details: { code: 'AUTH_TOKEN_MISMATCH' } });
    start();
    await blocked('auth-refused');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await timerSet();
      clock.advance(30_000);
    }
    expect(connects()).toBe(1);
    gateway.refuse = undefined;
    configure({ token: 'the right one' });
    await timerSet();
    clock.advance(30_000);
    await listening();
    expect(stream.status.problem).toBeUndefined();
  });

  test('is nothing when another profile has the port: its conversations are not ours', async () => {
    gateway.hello = hello(3, { snapshot: { uptimeMs: 1, stateDir: join(temp.path, '.openclaw-work') } });
    start();
    await vi.waitFor(() => expect(connects()).toBe(1));
    await vi.waitFor(() => expect(gateway.connected).toBe(0));
    await timerSet();
    take();
    expect(stream.status.state).toBe('waiting');
    expect(events).toEqual([]);
  });
});
