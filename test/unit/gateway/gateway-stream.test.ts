import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hello } from '../../support/fake-gateway.ts';
import { recordedFrames } from '../../support/recorded-frames.ts';
import { StreamRig } from '../../support/stream-rig.ts';

let rig: StreamRig;

beforeEach(async () => {
  rig = await StreamRig.create();
});
afterEach(() => rig[Symbol.asyncDispose]());

describe('the stream', () => {
  test('listens read-only, under a name of its own, and says which gateway it hears', async () => {
    rig.start();
    await rig.listening();
    const [connect] = rig.gateway.requests;
    expect(connect?.params).toMatchObject({
      scopes: ['operator.read'],
      caps: [],
      client: { displayName: expect.stringMatching(/^Clawback recorder on .+ [0-9a-f]{8}$/) },
    });
    await rig.noticed('gateway-up');
    expect(rig.events).toMatchObject([{ event: 'gateway-up', version: '2026.3.13' }]);
    expect(rig.gateway.requests).toHaveLength(1);
  });

  test('subscribes once in protocol 4', async () => {
    rig.gateway.hello = hello(4);
    rig.gateway.answers.set('sessions.subscribe', () => ({ subscribed: true }));
    rig.start();
    await vi.waitFor(() => expect(rig.gateway.requests.map(({ method }) => method)).toEqual(['connect', 'sessions.subscribe']));
    expect(rig.gateway.requests[1]?.params).toEqual({});
    expect(rig.events).toEqual([]);
  });

  test('tells once of a reply and the end of its run, when the gateway has had a moment to write them down', async () => {
    const toldAt: number[] = [];
    rig.start({ onNews: () => toldAt.push(rig.clock.monotonic()) });
    await rig.listening();
    rig.gateway.send('chat', rig.says('final', 'The tide is in.', 'one'));
    rig.gateway.send('chat', rig.says('final', 'The tide is out.', 'two'));
    await rig.seen('The tide is out.');
    const saidAt = rig.clock.monotonic();
    expect(toldAt).toEqual([]);
    rig.clock.advance(1_000);
    expect(toldAt).toEqual([saidAt + 100]);
  });

  test('offers what streams at every collect, longer each time, and the whole in the end', async () => {
    rig.start();
    await rig.listening();
    rig.gateway.send('chat', rig.says('delta', 'One'));
    expect(await rig.seen('One')).toMatchObject({ ref: 'run', phase: 'partial', endsRun: false });
    rig.gateway.send('chat', rig.says('delta', 'One two'));
    expect(await rig.seen('One two')).toMatchObject({ ref: 'run', phase: 'partial' });
    rig.gateway.send('chat', rig.says('final', 'One two three'));
    expect(await rig.seen('One two three')).toMatchObject({ ref: 'run', phase: 'final', endsRun: true });
    expect(rig.stream.status.lastMessageAt).toBe(rig.clock.now());
    rig.take();
    expect(rig.stream.collect().messages).toEqual([]);
  });

  test('hands over the same again until it is committed', async () => {
    rig.start();
    await rig.listening();
    rig.gateway.send('chat', rig.says('final', 'Said'));
    await vi.waitFor(() => expect(rig.stream.collect().messages).toHaveLength(1));
    expect(rig.stream.collect().messages).toMatchObject([{ text: 'Said' }]);
    rig.stream.committed();
    expect(rig.stream.collect()).toEqual({ messages: [], events: [] });
  });

  test('keeps a reply that was streaming when the gateway was killed, and says that it was no clean end', async () => {
    rig.start();
    await rig.listening();
    for (const frame of recordedFrames('2026.3-killed-in-first-turn')) {
      if ('event' in frame) rig.gateway.send(frame.event, frame.payload, frame.seq);
    }
    expect(await rig.seen('w17')).toMatchObject({ phase: 'partial' });
    rig.gateway.drop();
    expect(await rig.noticed('gateway-ended')).toMatchObject([{ clean: false, closeCode: 1006 }]);
    expect(rig.messages.at(-1)).toMatchObject({ phase: 'partial', text: expect.stringMatching(/w17$/) });
    expect(rig.stream.status.state).toBe('waiting');
  });

  test('knows an announced end', async () => {
    rig.start();
    await rig.listening();
    rig.gateway.send('shutdown', { reason: 'gateway stopping', restartExpectedMs: null }, 1);
    rig.gateway.close(1012, 'service restart');
    expect(await rig.noticed('gateway-ended')).toMatchObject([{ clean: true, closeCode: 1012 }]);
  });

  test('comes back by itself, sooner at first, and never stops trying', async () => {
    rig.isRunning = false;
    rig.start();
    await rig.timerSet();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      let waited = 0;
      while (rig.clock.pending > 0) {
        rig.clock.advance(100);
        waited += 100;
      }
      waits.push(waited);
      await rig.timerSet();
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 5000, 5000, 5000, 5000]);
    rig.isRunning = true;
    rig.clock.advance(5000);
    await rig.listening();
  });

  test('takes up the next gateway after one that ended', async () => {
    rig.start();
    await rig.listening();
    await rig.noticed('gateway-up');
    rig.gateway.hello = hello(3, { snapshot: { uptimeMs: 5 } });
    rig.gateway.drop();
    await rig.waiting();
    rig.clock.advance(30_000);
    await rig.listening();
    rig.gateway.send('chat', rig.says('final', 'After the restart'));
    await rig.seen('After the restart');
    expect(rig.events.map(({ event }) => event).filter((event) => event.startsWith('gateway'))).toEqual([
      'gateway-up',
      'gateway-ended',
      'gateway-up',
    ]);
  });

  test('that is thrown out and comes back to the same gateway tells of no end', async () => {
    rig.start();
    await rig.listening();
    rig.gateway.send('tick', {}, 10);
    rig.gateway.close(1008, 'slow consumer');
    await rig.waiting();
    rig.gateway.hello = hello(3, { snapshot: { uptimeMs: 31_000 } });
    rig.clock.advance(30_000);
    await rig.listening();
    rig.gateway.send('tick', {}, 14);
    expect(await rig.noticed('missed')).toMatchObject([{ frames: 3 }]);
    expect(rig.events.filter(({ event }) => event === 'gateway-ended')).toEqual([]);
  });

  test('drops a connection on which not even ticks come', async () => {
    rig.start();
    await rig.listening();
    rig.clock.advance(80_000);
    rig.gateway.send('tick', {}, 1);
    rig.gateway.send('chat', rig.says('final', 'Alive'));
    await rig.seen('Alive');
    rig.clock.advance(80_000);
    expect(rig.stream.status.state).toBe('listening');
    rig.clock.advance(10_000);
    expect(rig.stream.status.state).toBe('waiting');
    rig.gateway.hello = hello(3, { snapshot: { uptimeMs: 201_000 } });
    rig.clock.advance(30_000);
    await rig.listening();
    rig.take();
    expect(rig.events.filter(({ event }) => event === 'gateway-ended')).toEqual([]);
  });

  test('asks nothing of a gateway that only ticks', async () => {
    rig.start();
    await rig.listening();
    for (let minute = 0; minute < 10; minute += 1) {
      rig.clock.advance(60_000);
      rig.gateway.send('tick', {});
      rig.gateway.send('chat', rig.says('final', `Minute ${minute}`, `run ${minute}`));
      await rig.seen(`Minute ${minute}`);
    }
    expect(rig.gateway.requests).toHaveLength(1);
  });

  test('ends with its disposal', async () => {
    rig.start();
    await rig.listening();
    rig.stream[Symbol.dispose]();
    await vi.waitFor(() => expect(rig.gateway.connected).toBe(0));
    expect(rig.clock.pending).toBe(0);
  });
});
