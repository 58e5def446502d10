import type { CoreStatus } from '../core/types.ts';

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
  'permission-denied': 'cannot be read: permission denied',
  'unsupported-format': 'has a format that this version does not know; its bytes are kept all the same',
  'root-missing': 'is not there at the moment',
  missing: 'is not there at the moment',
};

export const sourceProblem = (code: string): string => sourceProblems[code] ?? code;

/** `at`: times as clock times, for a place that must not change every second; `ago`: as distances. */
export function statusCopy(status: CoreStatus, now: number, times: 'ago' | 'at' = 'ago'): StatusCopy {
  if (status.health === 'paused') {
    const until = status.pausedUntil === undefined ? '' : ` until ${clockTime(status.pausedUntil)}`;
    return { mood: 'paused', line: `Paused${until}; nothing is being saved` };
  }
  if (status.health === 'degraded' || status.health === 'stopped') {
    const detail = [status.problem?.message, status.problem?.hint, ...troubledSources(status)].filter((part) => part !== undefined);
    const line = status.running ? 'Not fully protected' : 'Not protecting';
    return { mood: 'degraded', line, ...(detail.length > 0 ? { detail: detail.join(' ') } : {}) };
  }
  if (!status.running) return { mood: 'protecting', line: 'Starting…' };
  if (status.sources.length === 0) {
    return { mood: 'paused', line: 'No OpenClaw found', detail: 'Nothing is being recorded until OpenClaw has been started once.' };
  }
  const line = [protectedWord(status), liveConversations(status), lastSaved(status, now, times)].filter((part) => part !== '').join(' · ');
  return { mood: status.openIncidents > 0 ? 'needs-you' : 'protecting', line };
}

export const count = (n: number, one: string, many: string): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

/** `2 s`, `5 min`, `3 h`, `2 days`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

function protectedWord(status: CoreStatus): string {
  const { importing } = status;
  if (importing === undefined || importing.totalBytes === 0) return 'Protected';
  return `Protected, saving what was there before: ${Math.floor((100 * importing.doneBytes) / importing.totalBytes)} %`;
}

function liveConversations(status: CoreStatus): string {
  return status.live.length === 0 ? '' : count(status.live.length, 'live conversation', 'live conversations');
}

function lastSaved(status: CoreStatus, now: number, times: 'ago' | 'at'): string {
  const captures = status.sources.map((source) => source.lastCaptureAt ?? 0);
  const last = Math.max(0, ...captures);
  if (last === 0) return '';
  return times === 'ago' ? `last saved ${duration(now - last)} ago` : `last saved at ${clockTime(last)}`;
}

function troubledSources(status: CoreStatus): readonly string[] {
  return status.sources.flatMap((source) => source.problems.map((code) => `${source.root} ${sourceProblem(code)}.`));
}

function clockTime(at: number): string {
  return new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false }).format(at);
}
