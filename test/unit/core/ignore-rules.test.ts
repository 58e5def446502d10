import { describe, expect, it } from 'vitest';
import { checkIgnoreRules, ignoreMatcher } from '../../../main/core/ignore-rules.ts';

const conversation = { agent: 'main', sessionId: 's-1', sessionKey: 'agent:main:telegram:direct:42' };

describe('rules for what is not to be captured', () => {
  it('match nothing when there are none', () => {
    const matcher = ignoreMatcher();
    expect(matcher.isEmpty).toBe(true);
    expect(matcher.matches(conversation)).toBe(false);
  });

  it('match all of an agent, however it is written', () => {
    const matcher = ignoreMatcher({ agents: ['Main'] });
    expect(matcher.matches(conversation)).toBe(true);
    expect(matcher.matches({ agent: 'work' })).toBe(false);
  });

  it('match what only its key tells to be of the agent', () => {
    expect(ignoreMatcher({ agents: ['work'] }).matches({ agent: 'main', sessionKey: 'agent:work:main' })).toBe(true);
  });

  it('match a session by its id alone', () => {
    const matcher = ignoreMatcher({ sessions: ['s-1'] });
    expect(matcher.matches(conversation)).toBe(true);
    expect(matcher.matches({ agent: 'main', sessionId: 's-10' })).toBe(false);
  });

  it.each([
    ['agent:main:telegram:direct:42', true],
    ['agent:main:telegram:*', true],
    ['*:telegram:*', true],
    ['agent:*:42', true],
    ['AGENT:MAIN:TELEGRAM:*', true],
    ['agent:main:telegram', false],
    ['telegram:*', false],
    ['agent:main:telegram:direct:4.', false],
    ['agent.main.*', false],
    ['agent:*:*:42', true],
    ['*42*42', false],
    ['agent:main:telegram:direct:42*42', false],
  ])('read %s as a key with stars', (key, expected) => {
    expect(ignoreMatcher({ keys: [key] }).matches(conversation)).toBe(expected);
  });

  it('answer at once where stars could be read in many ways', () => {
    const matcher = ignoreMatcher({ keys: [`${'a*'.repeat(10)}b`] });
    expect(matcher.matches({ agent: 'main', sessionKey: 'a'.repeat(200) })).toBe(false);
  });

  it.each([
    [{ agents: [''] }, /by agent is empty/],
    [{ keys: ['   '] }, /by key is empty/],
    [{ agents: ['ma*'] }, /has a star/],
    [{ sessions: ['x'.repeat(501)] }, /longer than 500/],
    [{ keys: ['a\u0000b'] }, /control character/],
    [{ keys: Array.from({ length: 1_001 }, (_, at) => `k${at}`) }, /1001 rules/],
    [{ words: ['secret'] } as never, /no rule by words/],
  ])('are refused in words when they are not clear', (rules, message) => {
    expect(() => checkIgnoreRules(rules)).toThrow(message);
  });
});
