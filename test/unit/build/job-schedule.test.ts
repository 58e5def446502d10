import { describe, expect, it } from 'vitest';
import { type Job, type JobEvent, type JobOutcome, runJobs } from '../../../build/job-schedule.ts';

const ok: JobOutcome = { ok: true };

/** Jobs that end when the test says so, and the order in which things happened. */
class Stage {
  readonly log: string[] = [];
  readonly outcomes = new Map<string, JobEvent & { is: 'finished' }>();
  readonly #endings = new Map<string, (outcome: JobOutcome) => void>();

  job(name: string, { needs = [], cores = 1 }: { readonly needs?: readonly string[]; readonly cores?: number } = {}): Job {
    const { promise, resolve } = Promise.withResolvers<JobOutcome>();
    this.#endings.set(name, resolve);
    return { name, needs, cores, run: () => promise };
  }

  readonly onEvent = (event: JobEvent): void => {
    this.log.push(`${event.is} ${event.job}`);
    if (event.is === 'finished') this.outcomes.set(event.job, event);
  };

  async end(name: string, outcome: JobOutcome = ok): Promise<void> {
    this.#endings.get(name)?.(outcome);
    // The schedule reacts within a few microtasks; a macrotask comes after all of them.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a schedule of jobs', () => {
  it('runs as many beside each other as there are cores', async () => {
    const stage = new Stage();
    const all = runJobs([stage.job('a'), stage.job('b'), stage.job('c')], 2, stage.onEvent);
    expect(stage.log).toEqual(['started a', 'started b']);
    await stage.end('b');
    expect(stage.log).toEqual(['started a', 'started b', 'finished b', 'started c']);
    await stage.end('a');
    await stage.end('c');
    await all;
  });

  it('starts a job only after those that it needs', async () => {
    const stage = new Stage();
    const all = runJobs([stage.job('test', { needs: ['prepare'] }), stage.job('prepare')], 2, stage.onEvent);
    expect(stage.log).toEqual(['started prepare']);
    await stage.end('prepare');
    expect(stage.log.at(-1)).toBe('started test');
    await stage.end('test');
    await all;
  });

  it('runs a job alone that keeps all cores busy', async () => {
    const stage = new Stage();
    const all = runJobs([stage.job('short'), stage.job('wide', { cores: 2 })], 2, stage.onEvent);
    expect(stage.log).toEqual(['started short']);
    await stage.end('short');
    expect(stage.log.at(-1)).toBe('started wide');
    await stage.end('wide');
    await all;
  });

  it('runs a wide job on a machine with one core', async () => {
    const stage = new Stage();
    const all = runJobs([stage.job('wide', { cores: 2 })], 1, stage.onEvent);
    expect(stage.log).toEqual(['started wide']);
    await stage.end('wide');
    await all;
  });

  it('does not run what needs a failed job, and still runs the others', async () => {
    const stage = new Stage();
    const jobs = [stage.job('prepare'), stage.job('test', { needs: ['prepare'] }), stage.job('other')];
    const all = runJobs(jobs, 1, stage.onEvent);
    await stage.end('prepare', { ok: false, reason: 'no compiler' });
    expect(stage.outcomes.get('test')).toMatchObject({ ran: false, outcome: { ok: false, reason: 'not run, because prepare failed' } });
    expect(stage.log.at(-1)).toBe('started other');
    await stage.end('other');
    await all;
  });

  it('counts a job that throws as failed', async () => {
    const stage = new Stage();
    const broken: Job = { name: 'broken', needs: [], cores: 1, run: () => Promise.reject(new Error('out of memory')) };
    await runJobs([broken], 1, stage.onEvent);
    expect(stage.outcomes.get('broken')?.outcome).toEqual({ ok: false, reason: 'out of memory' });
  });

  it('refuses a job that needs one which is not scheduled', async () => {
    const stage = new Stage();
    await expect(runJobs([stage.job('test', { needs: ['prepare'] })], 1, stage.onEvent)).rejects.toThrow('prepare');
  });

  it('refuses jobs that need each other', async () => {
    const stage = new Stage();
    const jobs = [stage.job('a', { needs: ['b'] }), stage.job('b', { needs: ['a'] })];
    await expect(runJobs(jobs, 1, stage.onEvent)).rejects.toThrow('need each other');
  });
});
