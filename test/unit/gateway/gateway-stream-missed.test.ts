import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hello } from '../../support/fake-gateway.ts';
import { StreamRig } from '../../support/stream-rig.ts';

let rig: StreamRig;

beforeEach(async () => {
  rig = await StreamRig.create();
});
afterEach(() => rig[Symbol.asyncDispose]());

describe('what was missed', () => {
  beforeEach(() => {
    rig.gateway.hello = hello(4);
    rig.gateway.answers.set('sessions.subscribe', () => ({ subscribed: true }));
  });

  const stored = (id: string, content: string, more: object = {}) => ({ role: 'user', content, timestamp: 1, __openclaw: { id, ...more } });

  test('is counted by the numbers that were left out', async () => {
    rig.start();
    await rig.listening();
    rig.gateway.send('tick', {}, 1);
    rig.gateway.send('tick', {}, 5);
    expect(await rig.noticed('missed')).toMatchObject([{ frames: 3 }]);
  });

  test('is fetched from the history of the conversations that were heard of', async () => {
    rig.gateway.answers.set('chat.history', () => ({ sessionId: 's', messages: [stored('a', 'Heard'), stored('b', 'Missed')] }));
    rig.start();
    await rig.listening();
    rig.gateway.send('session.message', { sessionKey: 'main', sessionId: 's', messageId: 'a', message: stored('a', 'Heard') });
    await rig.seen('Heard');
    rig.gateway.send('tick', {}, 4);
    expect(await rig.seen('Missed')).toMatchObject({
      ref: 'b',
      sessionId: 's',
      sessionKey: 'agent:main:main',
      role: 'user',
      phase: 'final',
    });
    expect(rig.gateway.requests.at(-1)).toMatchObject({ method: 'chat.history', params: { sessionKey: 'agent:main:main' } });
  });

  test('is fetched after a time without connection, too', async () => {
    rig.gateway.answers.set('chat.history', () => ({ sessionId: 's', messages: [stored('b', 'Said meanwhile')] }));
    rig.start();
    await rig.listening();
    rig.gateway.send('session.message', { sessionKey: 'main', sessionId: 's', messageId: 'a', message: stored('a', 'Before') });
    await rig.seen('Before');
    rig.gateway.drop();
    await rig.waiting();
    rig.clock.advance(30_000);
    await rig.seen('Said meanwhile');
  });

  test('of a cut message is its rest', async () => {
    rig.gateway.answers.set('chat.message.get', () => ({ ok: true, message: stored('a', 'Cut no more') }));
    rig.start();
    await rig.listening();
    rig.gateway.send('session.message', { sessionKey: 'main', messageId: 'a', message: stored('a', 'Cut', { truncated: true }) });
    expect(await rig.seen('Cut no more')).toMatchObject({ ref: 'a', phase: 'final' });
    expect(rig.gateway.requests.at(-1)).toMatchObject({
      method: 'chat.message.get',
      params: { sessionKey: 'agent:main:main', messageId: 'a' },
    });
  });

  test('and cannot be had is asked for once more when its turn is over, and then no more', async () => {
    rig.gateway.answers.set('chat.message.get', () => ({ ok: false, unavailableReason: 'not_found' }));
    const asked = () => rig.gateway.requests.filter(({ method }) => method === 'chat.message.get').length;
    rig.start();
    await rig.listening();
    rig.gateway.send('session.message', { sessionKey: 'main', messageId: 'a', message: stored('a', 'Cut', { truncated: true }) });
    await vi.waitFor(() => expect(asked()).toBe(1));
    rig.gateway.send('chat', rig.says('final', 'Later'));
    await vi.waitFor(() => expect(asked()).toBe(2));
    rig.gateway.send('chat', { ...rig.says('final', 'Last'), runId: 'another-run' });
    await rig.seen('Last');
    expect(asked()).toBe(2);
  });

  test('of a cut message that was not stored yet is its rest when its turn is over', async () => {
    rig.gateway.answers.set('chat.message.get', () => ({ ok: false, unavailableReason: 'not_found' }));
    rig.start();
    await rig.listening();
    rig.gateway.send('session.message', { sessionKey: 'main', messageId: 'a', message: stored('a', 'Cut', { truncated: true }) });
    await vi.waitFor(() => expect(rig.gateway.requests.at(-1)?.method).toBe('chat.message.get'));
    rig.gateway.answers.set('chat.message.get', () => ({ ok: true, message: stored('a', 'Cut no more') }));
    rig.gateway.send('chat', rig.says('final', 'Later'));
    expect(await rig.seen('Cut no more')).toMatchObject({ ref: 'a', phase: 'final' });
  });
});
