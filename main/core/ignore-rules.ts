import { CoreError } from './platform/errors.ts';
import type { IgnoreRules } from './requests.ts';

const MOST_RULES = 1_000;
const LONGEST_RULE = 500;

/** What of a conversation a rule may look at. */
export interface Ignorable {
  readonly agent: string;
  readonly sessionId?: string;
  readonly sessionKey?: string;
}

export interface IgnoreMatcher {
  readonly isEmpty: boolean;
  /** Some rule looks at keys, which only the index can tell of a file. */
  readonly needsKeys: boolean;
  matchesAgent(agent: string): boolean;
  matchesKey(sessionKey: string): boolean;
  matches(conversation: Ignorable): boolean;
}

/** Throws CoreError `invalid` that names the rule. */
export function checkIgnoreRules(rules: IgnoreRules | undefined): void {
  for (const [what, list] of Object.entries(rules ?? {})) {
    if (!isKind(what)) throw invalid(`there is no rule by ${what}`);
    if (!Array.isArray(list)) throw invalid(`the rules by ${KINDS[what]} are no list`);
    if (list.length > MOST_RULES) throw invalid(`these are ${list.length} rules by ${KINDS[what]}`);
    for (const rule of list) checkRule(what, rule);
  }
}

/** Pure. Of rules that were checked. */
export function ignoreMatcher({ agents = [], keys = [], sessions = [] }: IgnoreRules = {}): IgnoreMatcher {
  const byAgent = new Set(agents.map((agent) => agent.trim().toLowerCase()));
  const bySession = new Set(sessions.map((session) => session.trim()));
  const globs = keys.map((key) => globOf(key.trim().toLowerCase()));
  const matchesAgent = (agent: string) => byAgent.has(agent.toLowerCase());
  const matchesKey = (sessionKey: string) => {
    const key = sessionKey.toLowerCase();
    return globs.some((fits) => fits(key));
  };
  return {
    isEmpty: byAgent.size + bySession.size + globs.length === 0,
    needsKeys: globs.length + bySession.size > 0,
    matchesAgent,
    matchesKey,
    matches: ({ agent, sessionId, sessionKey }) =>
      matchesAgent(agent) ||
      (sessionId !== undefined && bySession.has(sessionId)) ||
      (sessionKey !== undefined && (matchesKey(sessionKey) || matchesAgent(agentOfKey(sessionKey) ?? agent))),
  };
}

const KINDS = { agents: 'agent', keys: 'key', sessions: 'session' } as const;

function isKind(what: string): what is keyof typeof KINDS {
  return Object.hasOwn(KINDS, what);
}

function checkRule(what: keyof typeof KINDS, rule: unknown): void {
  if (typeof rule !== 'string' || rule.trim() === '') throw invalid(`a rule by ${KINDS[what]} is empty`);
  if (rule.length > LONGEST_RULE) throw invalid(`a rule by ${KINDS[what]} is longer than ${LONGEST_RULE} characters`);
  if (/[\u0000-\u001f\u007f]/.test(rule)) throw invalid(`a rule by ${KINDS[what]} holds a control character`);
  const stars = rule.split('*').length - 1;
  if (what !== 'keys' && stars > 0)
    throw invalid(`the rule ${rule} has a star`, `Name each ${KINDS[what]} as it is; only keys may hold \`*\`.`);
}

function invalid(what: string, hint = 'A rule names an agent, a session id, or a key such as `agent:main:telegram:*`.'): CoreError {
  return new CoreError('invalid', `what is to be ignored is not clear: ${what}`, hint);
}

/** The earliest place of each part leaves most for the next one: no way has to be tried twice. */
function globOf(pattern: string): (text: string) => boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return (text) => text === head;
  return (text) => {
    if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
    const end = text.length - tail.length;
    let from = head.length;
    for (const part of rest) {
      const at = text.indexOf(part, from);
      if (at < 0 || at + part.length > end) return false;
      from = at + part.length;
    }
    return true;
  };
}

function agentOfKey(sessionKey: string): string | undefined {
  return /^agent:([^:]+):/i.exec(sessionKey)?.[1];
}
