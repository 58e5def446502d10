import type { CoreStatus } from '../core/types.ts';
import { byCode } from './by-code.ts';
import type { Messages } from './catalogue.ts';

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
/** A code may carry what it is about: `unsupported-format:24`. */
export function sourceProblem(words: Messages, code: string): string {
  const [kind, about] = code.split(':');
  if (kind === 'unsupported-format') return words.status.unsupportedFormat(about ?? '?');
  return byCode(words.status.sourceProblems, code) ?? code;
}

/** `at`: times as clock times, for a place that must not change every second; `ago`: as distances. */
export function statusCopy(words: Messages, status: CoreStatus, now: number, times: 'ago' | 'at' = 'ago'): StatusCopy {
  const text = words.status;
  if (status.work !== undefined) return { mood: 'paused', line: text.working[status.work] };
  if (status.health === 'paused') {
    return {
      mood: 'paused',
      line: status.pausedUntil === undefined ? text.paused : text.pausedUntil(words.format.time(status.pausedUntil, now)),
    };
  }
  if (status.health === 'degraded' || status.health === 'stopped') {
    const problem = status.problem === undefined ? undefined : words.problems.error(status.problem);
    const detail = words.format.sentences([problem?.message, problem?.hint, ...troubledSources(words, status)]);
    return { mood: 'degraded', line: status.running ? text.partly : text.not, ...(detail === '' ? {} : { detail }) };
  }
  if (!status.running) return { mood: 'protecting', line: text.starting };
  if (status.sources.length === 0) return { mood: 'paused', line: text.nothingToProtect, detail: text.nothingRecorded };
  const line = [protectedWord(words, status), liveConversations(words, status), lastSaved(words, status, now, times)]
    .filter((part) => part !== '')
    .join(' · ');
  return { mood: status.openIncidents > 0 ? 'needs-you' : 'protecting', line };
}

function protectedWord(words: Messages, { importing }: CoreStatus): string {
  if (importing === undefined || importing.totalBytes === 0) return words.status.protected;
  return words.status.importing(importing.doneBytes, importing.totalBytes);
}

function liveConversations(words: Messages, status: CoreStatus): string {
  return status.live.length === 0 ? '' : words.status.live(status.live.length);
}

function lastSaved(words: Messages, status: CoreStatus, now: number, times: 'ago' | 'at'): string {
  const captures = status.sources.map((source) => source.lastCaptureAt ?? 0);
  const last = Math.max(0, ...captures);
  if (last === 0) return '';
  return times === 'ago' ? words.status.savedAgo(now - last) : words.status.savedAt(words.format.time(last, now));
}

function troubledSources(words: Messages, status: CoreStatus): readonly string[] {
  return status.sources.flatMap((source) =>
    source.problems.map((code) => words.status.sourceTrouble(source.root, sourceProblem(words, code))),
  );
}
