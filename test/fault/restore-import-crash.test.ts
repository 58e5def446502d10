import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RestoreRequest } from '../../main/core/restore/restoring.ts';
import { tempDir } from '../support/temp-dir.ts';
import { FakeOpenclaw } from '../unit/restore/fake-openclaw.ts';
import { lostDatabase } from '../unit/restore/lost-database.ts';
import { Scene } from '../unit/restore/scene.ts';
import { healthy } from '../unit/restore/transcripts.ts';

/** The program ends there: nothing that comes after it happens, clean-up included. */
class Crash extends Error {}

describe('a restore into a database that ends at any step', () => {
  test('leaves nothing or a finished restore, the gateway as it was, and can be repeated', async () => {
    const outcomes = new Set<string>();
    for (let step = 0, last = Number.POSITIVE_INFINITY; step < last; step += 1) {
      using base = tempDir();
      using place = new Scene(base.path);
      const program = new FakeOpenclaw(dirname(place.sessions));
      const given = { gateway: () => program.gateway, admin: program, programs: program };
      const request: RestoreRequest = { sessionRow: place.record('lost', [healthy()]), target: 'new-session', mayRestart: true };
      const steps: string[] = [];
      const failpoint = (name: string) => {
        steps.push(name);
        if (steps.length > step) throw new Crash(name);
      };
      const done = await place.restore(request, { ...given, failpoint }).catch((error: unknown) => error);
      if (steps.length <= step) {
        last = step;
        expect(done).toMatchObject({ already: false });
      } else expect(done).toBeInstanceOf(Crash);
      await place.restorer(given).recover();
      const restored = Object.keys(program.database.sessions());
      const [phase] = place.journal.catalog.restores().map((restore) => restore.phase);
      expect([steps.at(-1), restored.length, place.names(), program.gateway]).toEqual([
        steps.at(-1),
        phase === 'verified' ? 1 : 0,
        [],
        'running',
      ]);
      outcomes.add(phase ?? 'nothing');
      expect((await place.restore(request, given)).already).toBe(phase === 'verified');
    }
    expect([...outcomes].sort()).toEqual(['failed', 'nothing', 'verified']);
  });
});

describe('a recovery that ends at any step', () => {
  test('leaves each conversation back or not there, no index, the gateway as it was, and can be repeated', async () => {
    const outcomes = new Set<string>();
    for (let step = 0, last = Number.POSITIVE_INFINITY; step < last; step += 1) {
      using base = tempDir();
      using place = new Scene(base.path);
      const program = new FakeOpenclaw(dirname(place.sessions));
      const given = { gateway: () => program.gateway, admin: program, programs: program };
      const names = ['oak', 'elm'];
      const request = { incidentId: lostDatabase(place, names), mayRestart: true };
      const steps: string[] = [];
      const failpoint = (name: string) => {
        steps.push(name);
        if (steps.length > step) throw new Crash(name);
      };
      const done = await place
        .restorer({ ...given, failpoint })
        .recoverAll(request)
        .catch((error: unknown) => error);
      if (steps.length <= step) {
        last = step;
        expect(done).toMatchObject({ messages: 8 });
      } else expect(done).toBeInstanceOf(Crash);
      await place.restorer(given).recover();
      const back = names.filter((name) => program.database.sessions()[`agent:main:${name}`] === name);
      const phases = place.journal.catalog
        .restores()
        .slice(0, 2)
        .flatMap(({ phase, incidentId }) => (incidentId === request.incidentId ? [phase] : []));
      const isBack = back.length > 0;
      expect([steps.at(-1), back.length, place.names(), program.gateway, phases.includes('verified')]).toEqual([
        steps.at(-1),
        isBack ? 2 : 0,
        [],
        'running',
        isBack,
      ]);
      outcomes.add(isBack ? 'back' : 'not there');
      if (!isBack) expect(await place.restorer(given).recoverAll(request)).toMatchObject({ messages: 8 });
    }
    expect([...outcomes].sort()).toEqual(['back', 'not there']);
  });
});
