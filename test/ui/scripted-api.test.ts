import { expect, test } from 'vitest';
import { refuse, ScriptedApi } from './support/scripted-api.ts';

test('a request that no script answers is a fault', async () => {
  const api = new ScriptedApi({});
  expect(await api.handle('status', {})).toMatchObject({ ok: false });
  expect(api.faults).toEqual(['no answer to status']);
});

test('a request that the app would refuse is a fault', async () => {
  const api = new ScriptedApi({ session: () => refuse('not-found', 'There is none.') });
  await api.handle('session', { row: 'one' });
  expect(api.faults[0]).toMatch(/^session would be refused/);
});

test('a refusal of the script crosses the bridge as a value, and is no fault', async () => {
  const api = new ScriptedApi({ session: () => refuse('not-found', 'There is none.', 'Look again.') });
  expect(await api.handle('session', { row: 1 })).toEqual({
    ok: false,
    error: { code: 'not-found', message: 'There is none.', hint: 'Look again.' },
  });
  expect(api.faults).toEqual([]);
});
