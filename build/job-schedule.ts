/**
 * Runs jobs beside each other as far as the machine's cores allow, each after the jobs that it needs. A job whose need failed is
 * not run; its own failure names the cause.
 */
export interface Job {
  readonly name: string;
  /** Names of jobs that must have succeeded before this one starts. */
  readonly needs: readonly string[];
  /** How many cores it keeps busy; a job with as many as the machine has runs alone. */
  readonly cores: number;
  /** Resolves with a reason when the job failed. */
  run(): Promise<JobOutcome>;
}

export type JobOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export type JobEvent =
  | { readonly is: 'started'; readonly job: string }
  | { readonly is: 'finished'; readonly job: string; readonly outcome: JobOutcome; readonly ran: boolean };

/** Earlier jobs in the list go first. A job that throws counts as failed; `needs` on an absent job is a mistake and throws. */
export async function runJobs(jobs: readonly Job[], cores: number, onEvent: (event: JobEvent) => void): Promise<void> {
  const names = new Set(jobs.map((job) => job.name));
  for (const job of jobs) {
    const absent = job.needs.find((need) => !names.has(need));
    if (absent !== undefined) throw new Error(`job ${job.name} needs ${absent}, which is not scheduled`);
  }
  const outcomes = new Map<string, JobOutcome>();
  const running = new Map<string, Promise<void>>();
  let waiting = [...jobs];
  let freeCores = cores;

  const finish = (job: Job, outcome: JobOutcome, ran: boolean) => {
    outcomes.set(job.name, outcome);
    onEvent({ is: 'finished', job: job.name, outcome, ran });
  };

  while (waiting.length > 0 || running.size > 0) {
    for (const job of waiting) {
      const failedNeed = job.needs.find((need) => outcomes.get(need)?.ok === false);
      if (failedNeed !== undefined) {
        waiting = waiting.filter((other) => other !== job);
        finish(job, { ok: false, reason: `not run, because ${failedNeed} failed` }, false);
        continue;
      }
      const taken = Math.min(job.cores, cores);
      if (taken > freeCores || !job.needs.every((need) => outcomes.has(need))) continue;
      waiting = waiting.filter((other) => other !== job);
      freeCores -= taken;
      onEvent({ is: 'started', job: job.name });
      const work = settle(job).then((outcome) => {
        freeCores += taken;
        running.delete(job.name);
        finish(job, outcome, true);
      });
      running.set(job.name, work);
    }
    if (running.size > 0) await Promise.race(running.values());
    else if (waiting.length > 0 && waiting.every((job) => job.needs.some((need) => !outcomes.has(need)))) {
      throw new Error(`jobs need each other: ${waiting.map((job) => job.name).join(', ')}`);
    }
  }
}

async function settle(job: Job): Promise<JobOutcome> {
  try {
    return await job.run();
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
