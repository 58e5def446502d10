import { join } from 'node:path';
import type { GenerationSummary, RefusalCode, RestorePlan, RestoreTarget } from '../types.ts';
import { localTime } from './local-time.ts';

export type Refusal = NonNullable<RestorePlan['refusal']>;

/** Names of a new session beside the old ones. */
export interface NewSessionNames {
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly label: string;
}

/**
 * Which incarnation of a conversation to put back: the asked one, else the one that holds what was lost, else the one
 * with most messages. `undefined`: there is no such generation.
 */
export function chooseGeneration(
  generations: readonly GenerationSummary[],
  wanted: { readonly ordinal?: number | undefined; readonly generationId?: number | undefined },
): GenerationSummary | undefined {
  if (wanted.ordinal !== undefined) return generations.find((generation) => generation.ordinal === wanted.ordinal);
  const lost = generations.find((generation) => generation.id === wanted.generationId);
  if (lost !== undefined) return lost;
  return [...generations].sort((a, b) => b.records - a.records || b.bytes - a.bytes || b.ordinal - a.ordinal)[0];
}

/** The key is lower case because OpenClaw compares keys so. The label holds no word of the conversation. */
export function nameNewSession(
  agent: string,
  facts: {
    readonly sessionId: string;
    readonly hex: string;
    readonly at: number;
    readonly utcOffsetMinutes: number;
    readonly messages: number;
  },
): NewSessionNames {
  const { date, time } = localTime(facts.at, facts.utcOffsetMinutes);
  const stamp = `${date}T${time}`.replaceAll(/[-:]/g, '');
  return {
    sessionId: facts.sessionId,
    sessionKey: `agent:${agent}:restored-${stamp}-${facts.hex}`.toLowerCase(),
    label: `Restored ${date} ${time} · ${facts.messages} ${facts.messages === 1 ? 'message' : 'messages'}`,
  };
}

/** Facts of 2026.3.13: what it accepts as a session id, and the ids of agents that it writes. */
export function isSafeSessionId(sessionId: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,127}$/i.test(sessionId) && !sessionId.includes('..');
}

export function isSafeAgent(agent: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,63}$/i.test(agent);
}

export function transcriptPath(directory: string, sessionId: string): string {
  return join(directory, `${sessionId}.jsonl`);
}

/** What is known of the place where a restore would write. */
export interface TargetFacts {
  readonly target: RestoreTarget;
  /** Why the path cannot be trusted. */
  readonly unsafe?: string | undefined;
  readonly messages: number;
  readonly bytes: number;
  /** Where the recording itself is damaged. */
  readonly damage?: string | undefined;
  /** Not for a file, see `gatewayRefusal`. */
  readonly gatewayRefusal?: Refusal | undefined;
  /** `same-session` only, see `chatRefusal`. */
  readonly chatRefusal?: Refusal | undefined;
  /** Why the index cannot be edited. */
  readonly indexProblem?: string | undefined;
  readonly pathTaken: boolean;
  readonly writable: boolean;
  readonly freeBytes?: number | undefined;
}

/** The index is written beside the transcript, and a full volume would fail in the middle. */
const spareBytes = 1024 * 1024;

/** The first thing in the way, the most fundamental one first; `undefined`: nothing known. */
export function refusalFor(facts: TargetFacts): Refusal | undefined {
  const beside = facts.target !== 'file';
  if (facts.unsafe !== undefined) return refusal('unsafe-path', `This restore would write to a place that is not safe: ${facts.unsafe}.`);
  if (facts.damage !== undefined)
    return refusal('mirror-damaged', `The recording of this conversation is damaged: ${facts.damage.replace(/\.$/, '')}.`);
  if (facts.bytes === 0 || (beside && facts.messages === 0))
    return refusal('nothing-to-restore', 'The recording holds no message to restore.');
  if (facts.gatewayRefusal !== undefined) return facts.gatewayRefusal;
  if (beside && facts.indexProblem !== undefined) {
    return refusal('index-unreadable', `OpenClaw's index of sessions cannot be edited: ${facts.indexProblem}.`);
  }
  if (facts.chatRefusal !== undefined) return facts.chatRefusal;
  if (facts.pathTaken) return refusal('target-exists', 'There is already a file at this path.');
  if (!facts.writable) return refusal('not-permitted', 'Clawback may not write into this folder.');
  if (facts.freeBytes !== undefined && facts.freeBytes < facts.bytes + (beside ? spareBytes : 0)) {
    return refusal('disk-full', `There is not enough free space: ${facts.bytes} bytes are needed, ${facts.freeBytes} are free.`);
  }
  return undefined;
}

/** Who would have to tell OpenClaw of a session cannot be told apart from one who would be written over. */
export function gatewayRefusal(gateway: 'running' | 'stopped' | 'unknown', answers: boolean, canAsk: boolean): Refusal | undefined {
  if (gateway === 'running' && !canAsk) return refusal('gateway-running', "OpenClaw's gateway is running.");
  if (gateway === 'unknown' && answers) {
    return refusal('gateway-running', "Something answers on the gateway's port, though no lock of a gateway names it.");
  }
  return undefined;
}

/** What is known of the chat that a restore into its own session would continue. */
export interface ChatFacts {
  /** The current entry of the index that names this session. */
  readonly entry: { readonly isAcp?: true } | undefined;
  readonly hasTranscript: boolean;
  /** A turn holds its lock, or was noticed by a witness. */
  readonly isBusy: boolean;
  readonly lastActivityAt: number;
  readonly now: number;
}

/** A turn that has just begun shows itself within this time. */
const quietMs = 5_000;

/** OpenClaw holds in memory what it has not written yet: two that begin one file spoil it. */
export function chatRefusal(chat: ChatFacts): Refusal | undefined {
  if (chat.entry === undefined) return refusal('session-moved-on', 'The chat is in another session by now.');
  if (chat.entry.isAcp) return refusal('session-moved-on', 'An ACP runner leads this chat, and OpenClaw reads no transcript of it.');
  if (chat.hasTranscript) return refusal('session-has-transcript', 'This session has a transcript by now.');
  if (chat.isBusy) return refusal('session-busy', 'A turn is running in this chat.');
  // In the future only where the clock was set back, which must not keep a chat busy for hours.
  if (Math.abs(chat.now - chat.lastActivityAt) < quietMs) return refusal('session-busy', 'Something was said in this chat a moment ago.');
  return undefined;
}

export function refusal(code: RefusalCode, message: string): Refusal {
  return { code, message, hint: hints[code] };
}

const hints: Readonly<Record<RefusalCode, string>> = {
  'gateway-running':
    'Stop the gateway (openclaw gateway stop), restore, and start it again; or restore to a file, which works at any time.',
  'gateway-refused': 'Look at what waits for approval (openclaw devices list), or stop the gateway and restore then.',
  'gateway-stopped': 'Start the gateway (openclaw gateway start) and take it back then.',
  'program-missing': 'Start Clawback with its path in CLAWBACK_OPENCLAW, or restore to a file.',
  'import-refused': 'Nothing of it was left behind. Restore to a file instead; the log says what OpenClaw answered.',
  'session-busy': 'Wait until the chat is quiet and try again, or restore to a new session. A lock that stays ends with the gateway.',
  'session-has-transcript': 'Restore to a new session: it stands beside the others.',
  'session-moved-on': 'Restore to a new session: it stands beside the others.',
  'index-unreadable': 'Restore to a file instead. An earlier version of the index is in the recording: clawback incidents.',
  'index-locked': 'Another program is writing the index of sessions. Try again in a moment.',
  'nothing-to-restore': 'Choose another version of this conversation with --generation.',
  'mirror-damaged': 'Run clawback verify to see what is damaged, and choose another version of this conversation.',
  'target-exists': 'Choose another file. Clawback never overwrites one.',
  'target-changed': 'The conversation went on after the restore. Delete it in OpenClaw if you do not want it.',
  'unsafe-path': 'Restore to a file in a folder of your own instead.',
  'disk-full': 'Free some space and try again. Nothing was changed.',
  'not-permitted': 'Run Clawback as the user that owns the folder, or restore to a file elsewhere. Nothing was changed.',
};
