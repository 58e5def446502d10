import { expect, test, vi } from 'vitest';
import { statusText } from '../../../main/cli/commands/status.ts';
import { tellPeople } from '../../../main/cli/commands/watch.ts';
import { Output } from '../../../main/cli/output.ts';
import type { CoreStatus } from '../../../main/core/types.ts';

const status: CoreStatus = {
  health: 'protecting',
  running: true,
  sources: [],
  live: [],
  bufferBytes: 0,
  openIncidents: 0,
  lagBytes: 0,
  flushIntervalMs: 1_000,
};
const moving: CoreStatus = { ...status, health: 'paused', running: false, work: 'moving' };

test('who asks while the buffer is moved is told that, and not that somebody paused', () => {
  expect(statusText(moving)).toContain('Moving the buffer; nothing is saved meanwhile.');
  expect(statusText(moving)).not.toContain('Paused');
});

test('one conversation of one agent is counted as such', () => {
  const source = {
    id: '1',
    layout: 'openclaw-jsonl',
    root: '/agent',
    agents: 1,
    sessions: 1,
    bytes: 0,
    lagBytes: 0,
    lagMs: 0,
    watch: 'polling',
    gateway: 'unknown',
    problems: [],
    witnesses: [],
  } as const;
  expect(statusText({ ...status, sources: [source] })).toMatch(/1 conversation {2}1 agent {2}/);
});

test('who watches is told once that the buffer is moved, and once that it is over', () => {
  const lines: string[] = [];
  const out = new Output(false);
  vi.spyOn(out, 'line').mockImplementation((line) => void lines.push(line));
  let tell: (told: never) => void = () => undefined;
  const on = (event: string, listener: (told: never) => void): Disposable => {
    if (event === 'status') tell = listener;
    return { [Symbol.dispose]: () => undefined };
  };
  using _telling = tellPeople({ on }, { home: '/home', out });
  lines.length = 0;
  for (const told of [status, moving, moving, status, status]) tell(told as never);
  expect(lines.filter((line) => /mov|again/i.test(line))).toEqual(['Moving the buffer; nothing is saved meanwhile.', 'Saving again.']);
});
