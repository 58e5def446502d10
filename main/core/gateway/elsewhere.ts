import { networkInterfaces } from 'node:os';
import { realPath } from '../platform/real-paths.ts';
import type { WitnessEvent, WitnessedMessage } from '../witness/witness.ts';
import type { HelloFacts } from './handshake.ts';

/** Whether a gateway keeps its conversations in this state directory, as far as it says: 2026.3.13 and later greet with theirs. */
export function servesRoot({ stateDir }: HelloFacts, root: string): boolean {
  return stateDir === undefined || stateDir === root || realPath(stateDir) === (realPath(root) ?? root);
}

interface Told {
  readonly messages: readonly WitnessedMessage[];
  readonly events: readonly WitnessEvent[];
}

/** Two machines may have the same folder: their addresses differ. */
export function isThisMachine({ machine }: HelloFacts, interfaces = networkInterfaces()): boolean {
  return machine === undefined || Object.values(interfaces).some((own) => own?.some(({ address }) => address === machine));
}

/**
 * What a gateway on another machine says, under names of its own: its files are not here, so nothing of it may be looked for in
 * the conversations of this machine. It belongs to no folder and is kept quietly, one conversation for each key.
 */
export function namedFor(url: string, { messages, events }: Told): Told {
  const host = URL.canParse(url) ? plain(new URL(url).host) : 'elsewhere';
  const at = (name: string) => `${name}@${host}`;
  return {
    messages: messages.map((message) => {
      const sessionKey = at(message.sessionKey ?? `agent:${message.agent}:${message.runId ?? message.ref}`);
      return { ...message, agent: at(message.agent), sessionKey, sessionId: plain(sessionKey) };
    }),
    events: events.map((event) =>
      event.event === 'run-started' || event.event === 'run-ended'
        ? { ...event, agent: at(event.agent), sessionKey: at(event.sessionKey) }
        : event,
    ),
  };
}

function plain(name: string): string {
  return name.replaceAll(/[^a-z0-9.@-]+/gi, '-');
}
