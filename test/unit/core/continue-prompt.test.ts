import { describe, expect, it } from 'vitest';
import { continuePrompt } from '../../../main/core/continue-prompt.ts';
import type { MessageView } from '../../../main/core/types.ts';
import { readerIn } from '../../../main/core-process/reader.ts';

const session = { agent: 'main', title: 'a talk' };

function said(role: string, text: string, more: Partial<MessageView> = {}): MessageView {
  const place = { generationId: 1, start: 0, length: text.length, kind: 'message', truncated: false };
  return { ...place, role, text, provenance: 'transcript', persisted: true, ...more };
}

/** As they were said. */
function promptOf(...messages: readonly MessageView[]) {
  return continuePrompt(session, messages.toReversed(), readerIn().promptWords);
}

describe('the prompt to go on with', () => {
  it('tells what it is, then the messages in their order with who said them, and asks to go on', () => {
    const { text, messages, truncated } = promptOf(said('user', 'where is the lantern'), said('assistant', 'in the lighthouse'));
    expect({ messages, truncated }).toEqual({ messages: 2, truncated: false });
    expect(text).toMatch(/^What follows is the record of an earlier conversation with you .* that was lost\./);
    expect(text).toContain('User:\nwhere is the lantern\n\nAssistant:\nin the lighthouse\n\n--- End');
    expect(text.trimEnd().endsWith('Continue from here.')).toBe(true);
  });

  it('holds the last messages that fit, and says that there were more', () => {
    const { text, messages, truncated } = promptOf(
      ...Array.from({ length: 1_000 }, (_, at) => said('user', `line ${at} ${'x'.repeat(90)}`)),
    );
    expect(text.length).toBeLessThanOrEqual(24_000);
    expect(text.length).toBeGreaterThan(23_000);
    expect(truncated).toBe(true);
    expect(text).toContain('the last part of the record');
    expect(text).toContain('line 999 ');
    expect(text).not.toContain('line 500 ');
    expect(messages).toBe(text.split('User:').length - 1);
  });

  it('makes one line of what a tool gave back', () => {
    const { text } = promptOf(said('assistant', '[tool read]'), said('tool', `first\nsecond\n${'z'.repeat(500)}`));
    expect(text).toMatch(/\[tool result: first second z{100,160} …\]\n/);
  });

  it('cuts a message that would take the place of all others, and not in the middle of a character', () => {
    const { text, truncated } = promptOf(said('user', 'before'), said('assistant', `x${'🦘'.repeat(10_000)}`));
    expect(truncated).toBe(true);
    expect(text).toContain('User:\nbefore');
    expect(text).toContain('the rest of this message is left out');
    expect(text.isWellFormed()).toBe(true);
  });

  it('leaves out what says nothing and marks a reply that was cut off', () => {
    const { text, messages } = promptOf(said('user', '  '), said('assistant', 'half a', { interrupted: true, persisted: false }));
    expect(messages).toBe(1);
    expect(text).toContain('half a\n[this reply was cut off]');
  });

  it('speaks the language of its reader around what was said', () => {
    const { promptWords } = readerIn('zh');
    const told = [said('assistant', 'half a', { interrupted: true }), said('tool', 'ok'), said('user', 'where?')];
    const { text } = continuePrompt(session, told, promptWords);
    expect(text).toMatch(/^以下是之前与你（智能体 "main"）的一次对话的记录/);
    expect(text).toContain('用户:\nwhere?\n\n[工具结果：ok]\n\n助手:\nhalf a\n[这条回复中断了]\n\n--- 记录结束');
    expect(text.trimEnd().endsWith('请从这里继续。')).toBe(true);
    expect(continuePrompt(session, [said('user', 'x'.repeat(9_000))], promptWords).text).toContain('最后一部分');
  });

  it('is there for a conversation without messages, too', () => {
    expect(promptOf()).toMatchObject({ messages: 0, truncated: false });
  });
});
