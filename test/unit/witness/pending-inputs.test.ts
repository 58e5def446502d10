import { expect, test } from 'vitest';
import { PendingInputs } from '../../../main/core/witness/pending-inputs.ts';

const input = {
  id: 'input-1',
  sessionKey: 'agent:main:Main',
  sessionId: 'session-1',
  runId: 'run-1',
  at: 5,
  message: JSON.stringify({ role: 'user', content: 'are you there?', timestamp: 4 }),
};

test('what OpenClaw accepted and did not write is told once', () => {
  const inputs = new PendingInputs();
  inputs.take('main', [input]);
  expect(inputs.collect().messages).toEqual([
    {
      witness: 'pending-input',
      ref: 'input-1',
      agent: 'main',
      sessionKey: 'agent:main:main',
      sessionId: 'session-1',
      runId: 'run-1',
      role: 'user',
      phase: 'final',
      endsRun: false,
      at: 5,
      text: 'are you there?',
      message: input.message,
    },
  ]);
  inputs.committed();
  inputs.take('main', [input]);
  expect(inputs.collect().messages).toEqual([]);
  expect(inputs.status).toEqual({ kind: 'pending-input', state: 'listening', lastMessageAt: 5 });
});

test('it is told again until it is durable', () => {
  const inputs = new PendingInputs();
  inputs.take('main', [input]);
  inputs.collect();
  expect(inputs.collect().messages).toHaveLength(1);
});

test.each(['', '{', '[]', '{"role":"assistant","content":"no"}'])('%j is no message of a person', (message) => {
  const inputs = new PendingInputs();
  inputs.take('main', [{ ...input, message }]);
  expect(inputs.collect().messages).toEqual([]);
});
