import { expect, test } from 'vitest';
import { startDemo } from '../../main/demo/index.ts';
import { cast } from '../../main/demo/scenario.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startGateway } from '../support/openclaw-gateway.ts';
import { startScriptedModel } from '../support/scripted-model.ts';

test('the real OpenClaw lists the conversations of the demo, reads them and goes on with them', async () => {
  const demo = await startDemo({ clock: new FakeClock(Date.now()) });
  try {
    await using model = await startScriptedModel();
    await using gateway = await startGateway({ modelUrl: model.baseUrl, stateDir: demo.stateDir });
    using client = await gateway.connect();

    const { sessions } = await client.request('sessions.list', {});
    const listed = (sessions as { key: string; sessionId: string }[]).map(({ key, sessionId }) => `${key} ${sessionId}`);
    expect(listed.toSorted()).toEqual(cast.map(({ routingKey, sessionId }) => `${routingKey} ${sessionId}`).toSorted());

    for (const { routingKey, history } of cast) {
      const { messages } = await client.request('chat.history', { sessionKey: routingKey, limit: 1000 });
      const texts = JSON.stringify(messages);
      for (const turn of history) expect(texts).toContain(JSON.stringify(turn.user).slice(1, -1));
    }

    const [first] = cast;
    if (first === undefined) throw new Error('the demo has no conversation');
    await client.chat('one more question', first.routingKey);
    const { messages } = await model.requestWith('one more question');
    expect(messages.filter((message) => message.role === 'user')).toHaveLength(first.history.length + 1);
  } finally {
    await demo.stop();
  }
});
