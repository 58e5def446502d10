import { describe, expect, test } from 'vitest';
import { type TrayItem, type TrayView, trayMenu, trayTooltip } from '../../../main/app/tray-menu.ts';
import { en } from '../../../main/wording/en/index.ts';
import { statusCopy } from '../../../main/wording/status-copy.ts';
import { noon, status } from './incident.ts';

const quiet: TrayView = { status: status(), incidents: [], notificationsAvailable: true };
const lost = (id: string) => ({ id, title: `Lost ${id}`, restorable: true });

const labels = (items: readonly TrayItem[]): readonly string[] => items.flatMap((item) => (item.is === 'separator' ? [] : [item.label]));

function find(items: readonly TrayItem[], label: string): Extract<TrayItem, { is: 'action' }> | undefined {
  return items.find((item): item is Extract<TrayItem, { is: 'action' }> => item.is === 'action' && item.label === label);
}

describe('the menu', () => {
  test('says what is protected and when it was last saved, then what can be done', () => {
    const [first, ...rest] = labels(trayMenu(en, quiet, noon));
    expect(first).toMatch(/^Protected · last saved at \d\d:\d\d$/);
    expect(rest).toEqual(['Open recovery window', 'Check now', 'Pause for an hour', 'Preferences…', 'Quit Clawback']);
  });

  test('offers Restore and Show for an incident, and Restore only where something can be put back', () => {
    const incidents = [lost('a'), { id: 'b', title: 'Locked', restorable: false }];
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
    expect(labels(menu)).toContain('Lost a · Harbour notes');
  });

  test('keeps a long or many-lined title to one short line', () => {
    const title = `first\nsecond ${'x'.repeat(200)}`;
    const [item] = trayMenu(en, { ...quiet, incidents: [{ id: 'a', title, restorable: true }] }, noon).filter((i) => i.is === 'submenu');
    expect(item?.label).toMatch(/^first second x+…$/);
    expect(item?.label.length).toBeLessThanOrEqual(64);
  });

  test('keeps a Chinese title as short to the eye', () => {
    const title = '恢'.repeat(40);
    const [item] = trayMenu(en, { ...quiet, incidents: [{ id: 'a', title, restorable: true }] }, noon).filter((i) => i.is === 'submenu');
    expect(item?.label).toBe(`${'恢'.repeat(31)}…`);
  });

  test('does not change from one second to the next while nothing happens', () => {
    expect(trayMenu(en, quiet, noon + 1000)).toEqual(trayMenu(en, quiet, noon));
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
  expect(trayTooltip(en, view, noon)).toBe('Clawback: 2 incidents need you · Protected · last saved 2 s ago');
});
