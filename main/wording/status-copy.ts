import type { CoreStatus } from '../core/types.ts';
import { agoText, countText, timeText } from './quantities.ts';

/**
 * What the product says about itself at a glance. `needs-you` wins over everything but a core that cannot protect: something
 * can be done about it. Each mood has its own shape of icon, so that none is told by colour alone.
 */
export type Mood = 'protecting' | 'needs-you' | 'degraded' | 'paused';

export interface StatusCopy {
  readonly mood: Mood;
  /** One line: state, live conversations, last capture. */
  readonly line: string;
  /** Reason and next step when something is wrong; absent otherwise. */
  readonly detail?: string;
}

/** A problem code of a source in words; an unknown code is shown as it is, which is better than silence. */
const sourceProblems: Readonly<Record<string, string>> = {
  'source-unreadable': 'cannot be read',
  'skipped-files': 'holds files that cannot be read',
  'root-missing': 'is not there at the moment',
  'unsupported-format':
    'keeps conversations in a database, which Clawback cannot read yet: it only listens, and keeps replies that the end of the gateway cuts off',
};

export const sourceProblem = (code: string): string => sourceProblems[code] ?? code;

/** `at`: times as clock times, for a place that must not change every second; `ago`: as distances. */
export function statusCopy(status: CoreStatus, now: number, times: 'ago' | 'at' = 'ago'): StatusCopy {
  if (status.health === 'paused') {
    const until = status.pausedUntil === undefined ? '' : ` until ${timeText(status.pausedUntil, now)}`;
    return { mood: 'paused', line: `Paused${until}; nothing is being saved` };
  }
  if (status.health === 'degraded' || status.health === 'stopped') {
    const detail = [status.problem?.message, status.problem?.hint, ...troubledSources(status)].filter((part) => part !== undefined);
    const line = status.running ? 'Not fully protected' : 'Not protecting';
    return { mood: 'degraded', line, ...(detail.length > 0 ? { detail: detail.join(' ') } : {}) };
  }
  if (!status.running) return { mood: 'protecting', line: 'Starting…' };
  if (status.sources.length === 0) {
    return { mood: 'paused', line: 'No OpenClaw to protect', detail: 'Nothing is being recorded.' };
  }
  const line = [protectedWord(status), liveConversations(status), lastSaved(status, now, times)].filter((part) => part !== '').join(' · ');
  return { mood: status.openIncidents > 0 ? 'needs-you' : 'protecting', line };
}

function protectedWord(status: CoreStatus): string {
  const { importing } = status;
  if (importing === undefined || importing.totalBytes === 0) return 'Protected';
  return `Protected, saving what was there before: ${Math.floor((100 * importing.doneBytes) / importing.totalBytes)} %`;
}

function liveConversations(status: CoreStatus): string {
  return status.live.length === 0 ? '' : countText(status.live.length, 'live conversation');
}

function lastSaved(status: CoreStatus, now: number, times: 'ago' | 'at'): string {
  const captures = status.sources.map((source) => source.lastCaptureAt ?? 0);
  const last = Math.max(0, ...captures);
  if (last === 0) return '';
  return times === 'ago' ? `last saved ${agoText(now - last)}` : `last saved at ${timeText(last, now)}`;
}

function troubledSources(status: CoreStatus): readonly string[] {
  return status.sources.flatMap((source) => source.problems.map((code) => `${source.root} ${sourceProblem(code)}.`));
}
