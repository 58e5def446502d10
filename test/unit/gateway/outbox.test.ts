import { expect, test } from 'vitest';
import { Outbox } from '../../../main/core/gateway/outbox.ts';
import type { WitnessedMessage } from '../../../main/core/witness/witness.ts';

const message = (ref: string, text: string, phase: WitnessedMessage['phase'] = 'final'): WitnessedMessage => ({
  witness: 'gateway-stream',
  ref,
  agent: 'main',
  role: 'assistant',
  phase,
  endsRun: phase !== 'partial',
  at: 1,
  text,
});
const texts = (outbox: Outbox) => outbox.collect(1).messages.map(({ text }) => text);

test('keeps the newest sighting of each ref', () => {
  const outbox = new Outbox();
  outbox.put(message('a', 'One', 'partial'));
  outbox.put(message('b', 'Other'));
  outbox.put(message('a', 'One two'));
  expect(texts(outbox)).toEqual(['Other', 'One two']);
});

test('keeps what came while a batch was on its way', () => {
  const outbox = new Outbox();
  outbox.put(message('a', 'One', 'partial'));
  expect(texts(outbox)).toEqual(['One']);
  outbox.put(message('a', 'One two', 'partial'));
  outbox.note({ witness: 'gateway-stream', at: 1, event: 'gateway-up' });
  outbox.committed();
  expect(outbox.collect(1)).toMatchObject({ messages: [{ text: 'One two' }], events: [{ event: 'gateway-up' }] });
});

test('hands over no more than a batch at once, the oldest first', () => {
  const outbox = new Outbox({ batch: 1000, waiting: 100_000, events: 10 });
  for (const ref of ['a', 'b', 'c', 'd']) outbox.put(message(ref, ref.repeat(500)));
  expect(texts(outbox).map((text) => text[0])).toEqual(['a', 'b']);
  outbox.committed();
  expect(texts(outbox).map((text) => text[0])).toEqual(['c', 'd']);
});

test('gives up what still streams before what was said, and says so', () => {
  const outbox = new Outbox({ batch: 100_000, waiting: 3000, events: 10 });
  outbox.put(message('a', 'a'.repeat(1000)));
  outbox.put(message('b', 'b'.repeat(1000), 'partial'));
  outbox.put(message('c', 'c'.repeat(1000)));
  const { messages, events } = outbox.collect(7);
  expect(messages.map(({ ref }) => ref)).toEqual(['a', 'c']);
  expect(events).toEqual([{ witness: 'gateway-stream', at: 7, event: 'missed', frames: 1 }]);
});

test('keeps a message that alone is larger than the limit', () => {
  const outbox = new Outbox({ batch: 10, waiting: 10, events: 10 });
  outbox.put(message('a', 'a'.repeat(1000)));
  expect(texts(outbox)).toHaveLength(1);
});

test('counts events beyond its limit as missed', () => {
  const outbox = new Outbox({ batch: 10, waiting: 10, events: 2 });
  for (let at = 0; at < 5; at += 1) outbox.note({ witness: 'gateway-stream', at, event: 'gateway-up' });
  expect(outbox.collect(1).events).toHaveLength(2);
  outbox.committed();
  expect(outbox.collect(1).events).toEqual([{ witness: 'gateway-stream', at: 1, event: 'missed', frames: 3 }]);
});
