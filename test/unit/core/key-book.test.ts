import { describe, expect, it } from 'vitest';
import { type AgentIndex, SourceKeys } from '../../../main/core/key-book.ts';
import { openclawJsonl } from '../../../main/core/sources/openclaw-jsonl.ts';

function index(agent: string, entries: Record<string, object>): AgentIndex {
  return { agent, index: openclawJsonl.parseIndex(Buffer.from(JSON.stringify(entries))) };
}

describe('the book of keys', () => {
  it('tells session, file and ACP state of a key, whatever its case', () => {
    const main = index('main', { 'agent:main:main': { sessionId: 'one', acp: { state: 'running' } } });
    const keys = new SourceKeys(
      () => [main],
      (name) => openclawJsonl.classify(name),
    );
    expect(keys.byKey('Agent:Main:MAIN')).toEqual({
      agent: 'main',
      sessionKey: 'agent:main:main',
      sessionId: 'one',
      nativeId: 'one',
      isAcp: true,
      acpState: 'running',
    });
    expect(keys.bySessionId('one')?.sessionKey).toBe('agent:main:main');
  });

  it('names the file of a topic', () => {
    const main = index('main', { 'agent:main:t': { sessionId: 'one', sessionFile: '/x/sessions/one-topic-7.jsonl' } });
    const keys = new SourceKeys(
      () => [main],
      (name) => openclawJsonl.classify(name),
    );
    expect(keys.byKey('agent:main:t')?.nativeId).toBe('one-topic-7');
  });

  it('follows the index, and knows nothing while it cannot be read', () => {
    let now = [index('main', { 'agent:main:main': { sessionId: 'one' } })];
    const keys = new SourceKeys(
      () => now,
      (name) => openclawJsonl.classify(name),
    );
    expect(keys.all).toHaveLength(1);
    now = [index('main', { 'agent:main:main': { sessionId: 'two' } }), index('work', { 'agent:work:main': { sessionId: 'three' } })];
    expect(keys.byKey('agent:main:main')?.sessionId).toBe('two');
    expect(keys.bySessionId('one')).toBeUndefined();
    expect(keys.all.map(({ agent }) => agent)).toEqual(['main', 'work']);
    now = [{ agent: 'main', index: { ok: false, reason: 'empty' } }];
    expect(keys.all).toEqual([]);
  });
});
