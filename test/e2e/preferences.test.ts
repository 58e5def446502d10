import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';
import { harbour, turns } from './support/conversations.ts';
import { desktop } from './support/desktop.ts';
import { eventually } from './support/eventually.ts';
import type { StateDir } from './support/state-dir.ts';

const screen = desktop();
const prepare = (openclaw: StateDir) => openclaw.write(harbour, turns('Harbour', 6));

test('the flush interval reaches the running core and is kept', async () => {
  const app = await screen.start({ prepare });
  await app.tray.click('Preferences…');
  const page = await app.window('preferences');
  await page.getByRole('slider').press('ArrowRight');
  await page.getByText('2 s', { exact: true }).waitFor();
  await eventually('the new interval in the core', () =>
    page.evaluate(async () => {
      const reply = await window.api.request('status', {});
      return reply.ok && reply.value.flushIntervalMs === 2000;
    }),
  );
  expect(JSON.parse(readFileSync(join(app.home, 'settings.json'), 'utf8'))).toMatchObject({ flushIntervalMs: 2000 });
});

test('the state directory that is protected is listed with its health', async () => {
  const app = await screen.start({ prepare });
  await app.protecting();
  await app.tray.click('Preferences…');
  const page = await app.window('preferences');
  await page.getByRole('tab', { name: 'Sources' }).click();
  const source = page.getByRole('checkbox', { name: app.openclaw.root });
  await source.waitFor();
  expect(await source.isChecked()).toBe(true);
  await page.getByText(/1 conversation · last saved/).waitFor();
});

test('a state directory that is switched off is no longer protected, also after the next start', async () => {
  const app = await screen.start({ prepare });
  await app.protecting();
  await app.tray.click('Preferences…');
  const page = await app.window('preferences');
  await page.getByRole('tab', { name: 'Sources' }).click();
  await page.getByRole('checkbox', { name: app.openclaw.root }).uncheck();
  await eventually('the core without it', () =>
    page.evaluate(async () => {
      const reply = await window.api.request('status', {});
      return reply.ok && reply.value.running && reply.value.sources.length === 0;
    }),
  );
  const [core] = app.coreProcesses();
  process.kill(core ?? 0, 'SIGKILL');
  await eventually('the next core', () => app.coreProcesses()[1]);
  await eventually('the core without it again', () =>
    page.evaluate(async () => {
      const reply = await window.api.request('status', {});
      return reply.ok && reply.value.running && reply.value.sources.length === 0;
    }),
  );
});

test('a change that cannot be stored is said, and the box shows what is true', async () => {
  const app = await screen.start({ prepare });
  await app.protecting();
  await app.tray.click('Preferences…');
  const page = await app.window('preferences');
  await page.getByRole('tab', { name: 'Sources' }).click();
  const source = page.getByRole('checkbox', { name: app.openclaw.root });
  await source.waitFor();
  const path = join(app.home, 'settings.json');
  rmSync(path, { force: true });
  // No file can take the place of a directory that holds something.
  mkdirSync(join(path, 'occupied'), { recursive: true });
  await source.click();
  await page.getByRole('alert').waitFor();
  await eventually('the box as before', () => source.isChecked());
});

test('launch at login is an autostart entry that says what is true', async () => {
  const app = await screen.start({ prepare });
  await app.tray.click('Preferences…');
  const page = await app.window('preferences');
  const entry = join(app.configHome, 'autostart/clawback.desktop');
  await page.getByRole('checkbox', { name: 'Open Clawback at login' }).check();
  await eventually('the entry', () => existsSync(entry));
  await page.getByRole('checkbox', { name: 'Open Clawback at login' }).uncheck();
  await eventually('the entry to go', () => !existsSync(entry));
});

test('under the policy Nothing the tray tells of a loss, and no notification does', async () => {
  const app = await screen.start({ prepare });
  await app.protecting();
  await app.tray.click('Preferences…');
  const page = await app.window('preferences');
  await page.getByRole('radio', { name: 'Nothing; show it in the menu' }).check();
  await eventually('the policy', () => readFileSync(join(app.home, 'settings.json'), 'utf8').includes('"off"'));
  app.openclaw.truncateTo(harbour, 2);
  await eventually('the incident in the menu', async () => (await app.tray.tooltip()).includes('1 incident needs you'));
  // Acknowledged without a notification: the notifier has had its turn.
  await eventually('the acknowledgement', () =>
    page.evaluate(async () => {
      const reply = await window.api.request('incidents', { all: false, limit: 10 });
      return reply.ok && reply.value.every((incident) => incident.notifiedAt !== undefined);
    }),
  );
  expect(screen.notifications.shown).toEqual([]);
});

test('a damaged settings file is set aside and said', async () => {
  const app = await screen.start({ prepare, settings: '{"flushIntervalMs": "soon"}' });
  await app.tray.click('Preferences…');
  const page = await app.window('preferences');
  await page.getByText(/The settings file could not be read/).waitFor();
});

test('each source lists who else sees its conversations, and how to install the recorder', async () => {
  const app = await screen.start({ prepare });
  await app.protecting();
  await app.tray.click('Preferences…');
  const page = await app.window('preferences');
  await page.getByRole('tab', { name: 'Sources' }).click();
  const recorder = page.locator('[data-witness="recorder-plugin"]');
  await recorder.getByText('Recorder in OpenClaw').waitFor();
  await recorder.getByText('clawback recorder install').waitFor();
  await page.locator('[data-witness="gateway-stream"]').getByText('Live stream of the gateway').waitFor();
});

test('everything is erased and saved again, and a folder that no dialog gave takes no buffer', async () => {
  const app = await screen.start({ prepare });
  await app.protecting();
  app.openclaw.truncateTo(harbour, 2);
  await eventually('the incident in the menu', async () => (await app.tray.tooltip()).includes('1 incident needs you'));
  await app.tray.click('Preferences…');
  const page = await app.window('preferences');
  await page.getByRole('tab', { name: 'Storage' }).click();
  const refused = await page.evaluate(() => window.api.request('moveBuffer', { folder: '/tmp' }));
  expect(refused).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  const [core] = app.coreProcesses();
  await page.getByRole('button', { name: 'Erase everything…' }).click();
  await page.getByText(/exist only here/).waitFor();
  await page.getByRole('textbox', { name: 'Type “erase” to confirm' }).fill('erase');
  await page.keyboard.press('Enter');
  await page.getByText(/are gone/).waitFor();
  await eventually('the menu without an incident', async () =>
    (await app.tray.tooltip()).startsWith('Clawback · Protected: 1 conversation'),
  );
  expect(app.coreProcesses()).toEqual([core]);
});

test('another language is spoken at once in the menu and in every window, and after a restart', async () => {
  const home = tempDir();
  onTestFinished(() => home[Symbol.dispose]());
  const env = { CLAWBACK_HOME: home.path };
  const first = await screen.start({ prepare, env });
  await first.protecting();
  await first.tray.click('Recovery…');
  const recovery = await first.window('recovery');
  await recovery.getByRole('searchbox', { name: 'Search conversations' }).waitFor();
  await first.tray.click('Preferences…');
  const page = await first.window('preferences');
  await page.getByRole('combobox', { name: 'Language' }).selectOption({ label: '简体中文' });
  await page.getByRole('group', { name: '通知我' }).waitFor();
  expect(await page.title()).toBe('Clawback 偏好设置');
  await recovery.getByRole('searchbox', { name: '搜索对话' }).waitFor();
  expect(await recovery.locator('html').getAttribute('lang')).toBe('zh-Hans');
  await eventually('the menu', () => first.tray.offers('恢复窗口…'));
  expect(await first.tray.tooltip()).toMatch(/^Clawback · 保护中，1 个对话，最近保存于 .+$/);

  await first.electron.close();
  const second = await screen.start({ prepare, env });
  await eventually('the menu after a restart', () => second.tray.offers('恢复窗口…'));
  await second.tray.activate();
  const again = await second.window('recovery');
  await again.getByRole('searchbox', { name: '搜索对话' }).waitFor();
});

test('a computer that speaks Simplified Chinese is spoken to in it', async () => {
  const app = await screen.start({ prepare, env: { LANGUAGE: 'zh_CN' } });
  await eventually('the menu', () => app.tray.offers('偏好设置…'));
});
