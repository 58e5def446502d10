import type { MessageView, WitnessKind, WitnessStatus } from '../core/types.ts';
import { agoText } from './quantities.ts';

const names: Readonly<Record<WitnessKind, string>> = {
  'gateway-stream': 'Live stream of the gateway',
  'recorder-plugin': 'Recorder in OpenClaw',
  'acp-store': 'Conversations of ACP agents',
  trajectory: "OpenClaw's trajectory files",
};

const waiting: Readonly<Record<WitnessKind, string>> = {
  'gateway-stream': 'waiting for a gateway to run',
  'recorder-plugin': 'waiting for the gateway to start with it',
  'acp-store': 'none on this machine',
  trajectory: 'none written by this OpenClaw',
};

/** How a message came to us when no transcript holds it. */
const seenBy: Readonly<Record<WitnessKind, string>> = {
  'gateway-stream': 'seen on the live stream',
  'recorder-plugin': 'seen by the recorder',
  'acp-store': 'kept by the ACP agent',
  trajectory: 'kept in a trajectory file',
};

export const witnessName = (kind: WitnessKind): string => names[kind];

/** `listening, last message 3 s ago`; what stands in the way, and what to do about it. */
export function witnessState(status: WitnessStatus, now: number): string {
  const last = status.lastMessageAt === undefined ? '' : `, last message ${agoText(now - status.lastMessageAt)}`;
  switch (status.state) {
    case 'listening':
      return `listening${last}`;
    case 'waiting':
      return `${waiting[status.kind]}${last}`;
    case 'off':
      return status.kind === 'recorder-plugin' ? 'not installed (clawback recorder install)' : 'off';
    case 'blocked':
      return status.problem === undefined ? 'blocked' : `${status.problem.message} ${status.problem.hint}`;
  }
}

/** What a reader has to know of a message beside its words; empty for one that a file on disk holds. */
export function messageMarks(message: Pick<MessageView, 'persisted' | 'provenance' | 'interrupted'>): readonly string[] {
  if (message.persisted) return [];
  const from = message.provenance === 'transcript' ? 'only here' : `never saved by OpenClaw, ${seenBy[message.provenance]}`;
  return message.interrupted === true ? [from, 'cut off'] : [from];
}
