/** What a gateway calls its main conversation; part of its greeting. */
export interface KeyDefaults {
  readonly defaultAgent: string;
  readonly mainKey: string;
  readonly mainSessionKey: string;
}

export interface NamedSession {
  /** As in `sessions.json`. */
  readonly sessionKey: string;
  readonly agent: string;
}

const AGENT_KEY = /^agent:([^:]+):.+$/;
/** OpenClaw's own errands, e.g. a name for an archive: never stored, nobody's conversation. */
const ERRAND = /^temp:/;

/**
 * The routing key as OpenClaw stores it, and the agent that it belongs to: ends of commands and aborts echo it as the client
 * wrote it (`main`). Facts: 2026.3.13, `resolveSessionStoreKey`. `undefined` for what is no conversation.
 */
export function nameSession(written: string, defaults: KeyDefaults, agent?: string): NamedSession | undefined {
  const key = written.trim().toLowerCase();
  if (key === '' || ERRAND.test(key)) return undefined;
  const owner = AGENT_KEY.exec(key)?.[1];
  if (owner !== undefined) return { sessionKey: key, agent: owner };
  const fallback = agent?.toLowerCase() ?? defaults.defaultAgent;
  if (key === 'global' || key === 'unknown') return { sessionKey: key, agent: fallback };
  if (key === 'main' || key === defaults.mainKey) return { sessionKey: defaults.mainSessionKey, agent: agentOf(defaults) };
  return { sessionKey: `agent:${fallback}:${key}`, agent: fallback };
}

function agentOf({ mainSessionKey, defaultAgent }: KeyDefaults): string {
  return AGENT_KEY.exec(mainSessionKey)?.[1] ?? defaultAgent;
}
