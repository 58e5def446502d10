import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';

const names = Array.from({ length: 12 }, (_, i) => `conversation-${i}`);

/** Twelve conversations of two messages each, all deleted at once. */
async function cleanUp(): Promise<{ rig: CoreRig; incidentId: string; rows: readonly number[] }> {
  const rig = new CoreRig();
  for (const name of names) {
    rig.state.begin(`agent:main:${name}`, name);
    rig.state.turn(name, `question of ${name}`, 'answer');
  }
  await rig.start();
  await rig.pass(3_000);
  for (const name of names) rmSync(rig.state.path(name));
  await rig.pass(6_000);
  const open = await rig.core.handlers.incidents({ all: false, limit: 10 });
  const incident = open.find(({ kind }) => kind === 'mass-change');
  const listed = await rig.core.handlers.sessions({ nativeIds: incident?.evidence.nativeIds as readonly string[], limit: 200 });
  return { rig, incidentId: incident?.id ?? '', rows: listed.items.map(({ id }) => id) };
}

async function isOpen(rig: CoreRig, id: string): Promise<boolean> {
  return (await rig.core.handlers.incident({ id })).resolvedAt === undefined;
}

it('names every conversation that a clean-up took, so that each can be restored', async () => {
  const { rig, rows } = await cleanUp();
  await using _ = rig;
  expect(rows).toHaveLength(names.length);
});

it('stays open until the last of its conversations was put back', async () => {
  const { rig, incidentId, rows } = await cleanUp();
  await using _ = rig;
  for (const sessionRow of rows.slice(1)) await rig.core.handlers.restore({ incidentId, sessionRow, target: 'new-session' });
  expect(await isOpen(rig, incidentId)).toBe(true);
  await rig.core.handlers.restore({ incidentId, sessionRow: rows[0] ?? 0, target: 'new-session' });
  expect(await rig.core.handlers.incident({ id: incidentId })).toMatchObject({ resolution: 'restored' });
});

it('is open again when one of them is taken back, until that one is back', async () => {
  const { rig, incidentId, rows } = await cleanUp();
  await using _ = rig;
  const restores: string[] = [];
  for (const sessionRow of rows) {
    restores.push((await rig.core.handlers.restore({ incidentId, sessionRow, target: 'new-session' })).restoreId);
  }
  expect(await isOpen(rig, incidentId)).toBe(false);
  await rig.core.handlers.undo({ restoreId: restores[0] ?? '' });
  expect(await isOpen(rig, incidentId)).toBe(true);
  const back = await rig.core.handlers.session({ row: rows[0] ?? 0 });
  expect(back.session.state).toBe('lost');
  await rig.core.handlers.restore({ incidentId, sessionRow: rows[0] ?? 0, target: 'new-session' });
  expect(await isOpen(rig, incidentId)).toBe(false);
});
