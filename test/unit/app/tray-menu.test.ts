import { describe, expect, test } from 'vitest';
import { type TrayItem, type TrayView, trayMenu, trayTooltip } from '../../../main/app/tray-menu.ts';
import type { LiveSession } from '../../../main/core/types.ts';
import { en } from '../../../main/wording/en/index.ts';
import { statusCopy } from '../../../main/wording/status-copy.ts';
import { noon, status } from './incident.ts';

const quiet: TrayView = { status: status(), incidents: [], notificationsAvailable: true };
const lost = (id: string) => ({ id, title: `Lost ${id}`, restorable: true, messages: 41, openedAt: noon - 12 * 60_000 });
const live = (id: number, overrides: Partial<LiveSession> = {}): LiveSession => ({
  id,
  title: `Talk ${id}`,
  agent: 'main',
  lagBytes: 0,
  lastAppendAt: noon - 2000,
  ...overrides,
});
const actions = ['Check now', 'Pause for an hour', 'Recovery…', 'Preferences…', 'About Clawback', 'Quit Clawback'];

const labels = (items: readonly TrayItem[]): readonly string[] => items.flatMap((item) => (item.is === 'separator' ? [] : [item.label]));

function find(items: readonly TrayItem[], label: string): Extract<TrayItem, { is: 'action' }> | undefined {
  return items.find((item): item is Extract<TrayItem, { is: 'action' }> => item.is === 'action' && item.label === label);
}

describe('the menu', () => {
  test('says what is protected and when it was last saved, then what can be done', () => {
    const [first, ...rest] = labels(trayMenu(en, quiet, noon));
    expect(first).toMatch(/^Protected · last saved at \d\d:\d\d$/);
    expect(rest).toEqual(actions);
  });

  test('says how much an incident is about and how long ago it was', () => {
    const incidents = [lost('a'), { ...lost('b'), title: '41 messages cut' }, { ...lost('c'), messages: 0 }];
    const menu = trayMenu(en, { ...quiet, incidents }, noon);
    expect(labels(menu.filter((item) => item.is === 'submenu'))).toEqual([
      'Lost a · 41 messages · 12 min ago',
      '41 messages cut · 12 min ago',
      'Lost c · 12 min ago',
    ]);
  });

  test('shows four live conversations with how far their saving is, and leads to the window for the others', () => {
    const sessions = [live(1), live(2, { lastAppendAt: noon - 190_000 }), live(3, { lagBytes: 3100 }), live(4), live(5), live(6)];
    const menu = trayMenu(en, { ...quiet, status: status({ live: sessions }) }, noon);
    const shown = labels(menu);
    const heading = shown.indexOf('Live conversations');
    expect(shown.slice(heading + 1, heading + 6)).toEqual([
      'Talk 1 · saved just now',
      'Talk 2 · saved 3 min ago',
      'Talk 3 · 3.1 kB not saved yet',
      'Talk 4 · saved just now',
      '2 more…',
    ]);
    expect(find(menu, 'Talk 1 · saved just now')?.action).toEqual({ do: 'open-conversation', sessionRow: 1 });
  });

  test('tells at the first start what was found', () => {
    const [, found] = labels(trayMenu(en, { ...quiet, firstStart: true }, noon));
    expect(found).toBe('4 conversations found; all saved');
  });

  test('tells of no live conversations while they are not saved', () => {
    const paused = status({ live: [live(1)], health: 'paused', pausedUntil: noon + 1000 });
    expect(labels(trayMenu(en, { ...quiet, status: paused }, noon))).not.toContain('Live conversations');
  });

  test('offers Restore and Show for an incident, and Restore only where something can be put back', () => {
    const incidents = [lost('a'), { ...lost('b'), title: 'Locked', restorable: false }];
    const menu = trayMenu(en, { ...quiet, status: status({ openIncidents: 2 }), incidents }, noon);
    const submenus = menu.flatMap((item) => (item.is === 'submenu' ? [labels(item.items)] : []));
    expect(submenus).toEqual([
      ['Restore…', 'Show', 'Dismiss'],
      ['Show', 'Dismiss'],
    ]);
  });

  test('shows five incidents and leads to the window for the others', () => {
    const incidents = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(lost);
    const menu = trayMenu(en, { ...quiet, incidents }, noon);
    expect(menu.filter((item) => item.is === 'submenu')).toHaveLength(5);
    expect(find(menu, '2 more…')?.action).toEqual({ do: 'open-recovery' });
  });

  test.each([
    ['moving', 'Moving the buffer; nothing is saved meanwhile'],
    ['erasing', 'Erasing everything; nothing is saved meanwhile'],
  ] as const)('says that nothing is saved while the buffer is worked on: %s', (work, line) => {
    const menu = trayMenu(en, { ...quiet, status: status({ health: 'paused', running: false, work }) }, noon);
    expect(labels(menu)[0]).toBe(line);
    // Nobody paused it, so there is nothing to resume.
    expect(find(menu, 'Resume')).toBeUndefined();
    expect(find(menu, 'Pause for an hour')?.enabled).toBe(false);
  });

  test('offers Resume while paused', () => {
    const menu = trayMenu(en, { ...quiet, status: status({ health: 'paused', pausedUntil: noon + 3_600_000 }) }, noon);
    expect(find(menu, 'Resume')?.action).toEqual({ do: 'resume' });
    expect(find(menu, 'Pause for an hour')).toBeUndefined();
  });

  test('names the reason when it does not protect, and offers nothing that needs the core', () => {
    const problem = { code: 'buffer-locked', message: 'Another Clawback is recording.', hint: 'Quit it first.' };
    const menu = trayMenu(en, { ...quiet, status: status({ health: 'degraded', running: false, problem }) }, noon);
    expect(labels(menu)).toContain('Another Clawback is recording. Quit it first.');
    expect(find(menu, 'Check now')?.enabled).toBe(false);
  });

  test('says when notifications cannot be shown', () => {
    const view = { ...quiet, notificationsAvailable: false };
    expect(labels(trayMenu(en, view, noon))).toContain('Notifications are not available; look here instead');
    expect(trayTooltip(en, view, noon)).toContain('notifications unavailable');
  });

  test('names the conversation, because several can have lost the same', () => {
    const menu = trayMenu(en, { ...quiet, incidents: [{ ...lost('a'), conversation: 'Harbour notes' }] }, noon);
    expect(labels(menu)).toContain('Lost a · Harbour notes · 41 messages · 12 min ago');
  });

  test('names the agent in place of what conversations are called when titles are masked, and nothing of them anywhere', () => {
    const incidents = [
      { ...lost('a'), conversation: 'Harbour notes', agent: 'work' },
      { ...lost('b'), conversation: 'Harbour talk' },
    ];
    const view = { ...quiet, status: status({ live: [live(1, { title: 'Harbour plan' })] }), incidents, masksTitles: true };
    const shown = labels(trayMenu(en, view, noon));
    expect(shown).toContain('Lost a · Conversation with work · 41 messages · 12 min ago');
    expect(shown).toContain('Lost b · 41 messages · 12 min ago');
    expect(shown).toContain('Conversation with main · saved just now');
    expect(JSON.stringify([shown, trayTooltip(en, view, noon)])).not.toContain('Harbour');
  });

  test('names the conversation as far as the line has room', () => {
    const deleted = { ...lost('a'), title: 'A conversation of 12 messages was deleted', messages: 12, openedAt: noon };
    const menu = trayMenu(en, { ...quiet, incidents: [{ ...deleted, conversation: 'Family recipes' }] }, noon);
    expect(labels(menu)).toContain('A conversation of 12 messages was deleted · Family recipes · just now');
  });

  test('keeps a long or many-lined title to one short line', () => {
    const title = `first\nsecond ${'x'.repeat(200)}`;
    const [item] = trayMenu(en, { ...quiet, incidents: [{ ...lost('a'), title }] }, noon).filter((i) => i.is === 'submenu');
    expect(item?.label).toMatch(/^first second x+… · 41 messages · 12 min ago$/);
    expect(item?.label.length).toBeLessThanOrEqual(48 + ' · 41 messages · 12 min ago'.length);
  });

  test('keeps a Chinese title as short to the eye', () => {
    const title = '恢'.repeat(40);
    const [item] = trayMenu(en, { ...quiet, incidents: [{ ...lost('a'), title }] }, noon).filter((i) => i.is === 'submenu');
    expect(item?.label).toBe(`${'恢'.repeat(23)}… · 41 messages · 12 min ago`);
  });

  test('does not change from one second to the next while nothing happens', () => {
    const busy = { ...quiet, status: status({ live: [live(1)] }), incidents: [lost('a')] };
    expect(trayMenu(en, busy, noon + 1000)).toEqual(trayMenu(en, busy, noon));
  });
});

describe('the mood', () => {
  const mood = (overrides: Parameters<typeof status>[0]) => statusCopy(en, status(overrides), noon).mood;

  test.each([
    ['protecting', {}],
    ['needs-you', { openIncidents: 1 }],
    ['paused', { health: 'paused' as const, openIncidents: 1 }],
    ['degraded', { health: 'degraded' as const, openIncidents: 1 }],
    ['degraded', { health: 'stopped' as const }],
    ['protecting', { health: 'catching-up' as const }],
    ['paused', { sources: [] }],
  ])('is %s for %j', (expected, overrides) => {
    expect(mood(overrides)).toBe(expected);
  });
});

test('the tooltip says in words how many incidents wait', () => {
  const view = { ...quiet, status: status({ openIncidents: 2 }), incidents: [lost('a'), lost('b')] };
  expect(trayTooltip(en, view, noon)).toBe('Clawback · 2 incidents need you · Protected: 4 conversations, last saved 2 s ago');
});

test('the tooltip says how many conversations are protected', () => {
  expect(trayTooltip(en, quiet, noon)).toBe('Clawback · Protected: 4 conversations, last saved 2 s ago');
});

test('the tooltip tells clock times where it must not change every second', () => {
  const told = trayTooltip(en, quiet, noon, 'at');
  expect(told).toMatch(/^Clawback · Protected: 4 conversations, last saved at \d\d:\d\d$/);
  expect(trayTooltip(en, quiet, noon + 20_000, 'at')).toBe(told);
});

test('the tooltip tells of an import as far as it is', () => {
  const importing = status({ importing: { doneBytes: 1, totalBytes: 4, sessions: 4 } });
  expect(trayTooltip(en, { ...quiet, status: importing }, noon)).toContain('saving what was there before: 25 %');
});
