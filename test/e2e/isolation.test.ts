import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harbour, turns } from './support/conversations.ts';
import { desktop } from './support/desktop.ts';
import type { RunningApp } from './support/running-app.ts';

const screen = desktop();
const preload = join(import.meta.dirname, '../../dist/preload/preload.cjs');
const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script><a href="https://example.org">&amp;</a>';

async function openRecovery(app: RunningApp) {
  await app.tray.activate();
  return app.window('recovery');
}

test('what somebody wrote is shown as the text that it is', async () => {
  const app = await screen.start({
    prepare: (openclaw) => openclaw.write(harbour, [{ user: `Look: ${hostile}`, assistant: hostile }]),
  });
  const page = await openRecovery(app);
  await page.locator('button.row').first().click();
  await page.locator('.message .text').first().waitFor();
  expect(await page.locator('.message .text').allInnerTexts()).toEqual([`Look: ${hostile}`, hostile]);
  expect(await page.locator('main img, main script, main a, aside img, aside a').count()).toBe(0);
  expect(await page.title()).toBe('Clawback');
});

test('a snippet of a search is text too, with its matches marked', async () => {
  const app = await screen.start({
    prepare: (openclaw) => openclaw.write(harbour, [{ user: `needle ${hostile}`, assistant: 'yes' }]),
  });
  const page = await openRecovery(app);
  await page.getByRole('searchbox').fill('needle');
  await page.locator('.snippet mark').first().waitFor();
  expect(await page.locator('.snippet mark').first().textContent()).toBe('needle');
  expect(await page.locator('aside img, aside script, aside a').count()).toBe(0);
});

test('a request of a wrong shape is refused with an error', async () => {
  const app = await screen.start();
  const page = await openRecovery(app);
  const reply = await page.evaluate(() => window.api.request('sessions', { limit: 99_999 }));
  expect(reply).toMatchObject({ ok: false, error: { code: 'invalid' } });
});

test('a channel that is not in the contract does not exist', async () => {
  const app = await screen.start();
  const page = await openRecovery(app);
  const answer = page.evaluate(() => window.api.request('acknowledge' as 'dismiss', { incidentId: 'x' }));
  await expect(answer).rejects.toThrow('unknown channel');
});

test('a path that no dialog gave is refused', async () => {
  const app = await screen.start({ prepare: (openclaw) => openclaw.write(harbour, turns('Harbour', 2)) });
  await app.protecting();
  const page = await openRecovery(app);
  const reply = await page.evaluate(() => window.api.request('restore', { sessionRow: 1, target: 'file', output: '/tmp/anywhere' }));
  expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  const settings = await page.evaluate(() => window.api.request('settings.set', { sources: [{ root: '/etc', enabled: true }] }));
  expect(settings).toMatchObject({ ok: false, error: { code: 'forbidden' } });
});

test.each([
  ['a page of ours in a window that is not ours', 'app://clawback/preferences/index.html'],
  ['a page from elsewhere', 'data:text/html,<title>x</title>'],
])('%s gets no answer', async (_what, url) => {
  const app = await screen.start();
  const reply = await app.electron.evaluate(
    async ({ BrowserWindow }, [address, preloadPath]) => {
      const window = new BrowserWindow({ show: false, webPreferences: { preload: preloadPath ?? '', sandbox: true } });
      await window.loadURL(address ?? '');
      return window.webContents.executeJavaScript('window.api.request("status", {})');
    },
    [url, preload],
  );
  expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } });
});

test('a window cannot go to another page, not even to one of ours', async () => {
  const app = await screen.start();
  const page = await openRecovery(app);
  await app.electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    const prevented = new Promise((resolve) => contents?.on('will-navigate', (event) => resolve(event.defaultPrevented)));
    Object.assign(globalThis, { prevented });
  });
  await page.evaluate(() => {
    window.location.href = 'app://clawback/preferences/index.html';
  });
  expect(await app.electron.evaluate(() => Reflect.get(globalThis, 'prevented'))).toBe(true);
});

test('a window cannot open another, or load anything', async () => {
  const app = await screen.start();
  const page = await openRecovery(app);
  const tried = await page.evaluate(async () => {
    const opened = window.open('https://example.org/');
    const fetched = await fetch('http://127.0.0.1:9/').then(
      () => 'loaded',
      () => 'refused',
    );
    return { opened: opened !== null, fetched };
  });
  expect(tried).toEqual({ opened: false, fetched: 'refused' });
});

test('a window has no Node, and only two functions of ours', async () => {
  const app = await screen.start();
  const page = await openRecovery(app);
  const seen = await page.evaluate(() => ({
    api: Object.keys(window.api).sort(),
    node: ['require', 'process', 'Buffer', 'module', 'global'].filter((name) => name in globalThis),
  }));
  expect(seen).toEqual({ api: ['request', 'subscribe'], node: [] });
});

test('only files of the windows are served', async () => {
  const app = await screen.start();
  await openRecovery(app);
  const statuses = await app.electron.evaluate(async ({ session }) => {
    const ask = async (url: string) => (await session.defaultSession.fetch(url)).status;
    return [
      await ask('app://clawback/recovery/index.html'),
      await ask('app://clawback/..%2f..%2fpackage.json'),
      await ask('app://clawback/package.json'),
    ];
  });
  expect(statuses).toEqual([200, 404, 404]);
});
