import type { IgnoreRules } from '../../main/core/requests.ts';

export const ruleKinds = ['agents', 'keys', 'sessions'] as const satisfies readonly (keyof IgnoreRules)[];
export type RuleKind = (typeof ruleKinds)[number];

export type RuleFault = 'empty' | 'long' | 'star' | 'control' | 'already';

/** Names as OpenClaw writes them, in every language. */
export const ruleExamples: Readonly<Record<RuleKind, string>> = {
  agents: 'work',
  keys: 'agent:main:telegram:*',
  sessions: '4f1c8a52-0d7e-4b1a-9c1e-5a7d20c3b6f8',
};

const longest = 500;

/** Why this is no rule, as the core would judge it; said here at once, and in a person's own language. */
export function ruleFault(kind: RuleKind, rule: string, rules: IgnoreRules): RuleFault | undefined {
  if (rule === '') return 'empty';
  if (rule.length > longest) return 'long';
  if (/\p{Cc}/u.test(rule)) return 'control';
  if (kind !== 'keys' && rule.includes('*')) return 'star';
  return rules[kind]?.includes(rule) === true ? 'already' : undefined;
}

export function withRule(rules: IgnoreRules, kind: RuleKind, rule: string): IgnoreRules {
  return { ...rules, [kind]: [...(rules[kind] ?? []), rule] };
}

export function withoutRule(rules: IgnoreRules, kind: RuleKind, rule: string): IgnoreRules {
  return { ...rules, [kind]: (rules[kind] ?? []).filter((each) => each !== rule) };
}
