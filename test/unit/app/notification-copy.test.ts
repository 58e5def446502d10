import { expect, test } from 'vitest';
import { announcementCopy } from '../../../main/app/notification-copy.ts';
import { en } from '../../../main/wording/en/index.ts';
import { incident, noon } from './incident.ts';

test('a loss names counts, offers Restore and waits on the screen', () => {
  const copy = announcementCopy(en, { is: 'single', incident: incident('a', { title: 'Secret plan' }) }, noon, 'darwin');
  expect(copy).toMatchObject({ restore: true, urgent: true });
  expect(`${copy.title} ${copy.body}`).toContain('41 messages');
});

test('what somebody wrote is not shown on a locked screen', () => {
  const copy = announcementCopy(en, { is: 'single', incident: incident('a', { title: 'Secret plan' }) }, noon, 'linux');
  expect(JSON.stringify(copy)).not.toContain('Secret plan');
});

test('markup in an agent name reaches a Linux notification server as text', () => {
  const hostile = incident('a', { agent: '<b>&x</b>' });
  expect(announcementCopy(en, { is: 'single', incident: hostile }, noon, 'linux').body).toContain('&lt;b&gt;&amp;x&lt;/b&gt;');
  expect(announcementCopy(en, { is: 'single', incident: hostile }, noon, 'darwin').body).toContain('<b>&x</b>');
});

test('a group says how many there are and how much exists only here', () => {
  const incidents = [incident('a'), incident('b'), incident('c', { severity: 'warning' }), incident('d', { severity: 'warning' })];
  const copy = announcementCopy(en, { is: 'group', incidents }, noon, 'darwin');
  expect(copy.title).toBe('4 conversations need you');
  expect(copy.body).toContain('82 messages in 2 of them exist only here');
  expect(copy.restore).toBe(false);
});

const reset = (id: string) =>
  incident(id, { kind: 'expected-reset', severity: 'info', evidence: { cause: 'daily', resetAt: noon }, resolvedAt: noon });

test('an expected reset is told quietly, with its cause and what is safe, and asks for nothing', () => {
  const copy = announcementCopy(en, { is: 'single', incident: reset('a') }, noon, 'darwin');
  expect(copy).toMatchObject({ restore: false, urgent: false, quiet: true });
  expect(copy.body).toMatch(/daily reset.*41 messages before it are safe\. Nothing is lost\./);
});

test('a group of resets says that there is nothing to do', () => {
  const copy = announcementCopy(en, { is: 'group', incidents: [reset('a'), reset('b')] }, noon, 'darwin');
  expect(copy).toMatchObject({ title: 'OpenClaw started 2 new sessions', restore: false, quiet: true });
});
