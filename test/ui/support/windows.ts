import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { appHost, appScheme, assetPath, contentSecurityPolicy, contentType } from '../../../main/app/asset-path.ts';
import type { Bridge, Events } from '../../../main/ipc/contract.ts';
import { type Answers, ScriptedApi } from './scripted-api.ts';
import { now } from './world.ts';

/** The sizes that windows.ts of the app opens them with. */
export const sizes = {
  recovery: { width: 1040, height: 720 },
  preferences: { width: 620, height: 520 },
} as const;

export type WindowName = keyof typeof sizes;

export interface WindowOptions {
  readonly fragment?: string;
  readonly colorScheme?: 'light' | 'dark';
  readonly forcedColors?: 'active' | 'none';
  readonly reducedMotion?: 'reduce' | 'no-preference';
  readonly contrast?: 'more' | 'no-preference';
  readonly size?: { readonly width: number; readonly height: number };
  /** 2 is what a person sees who has text twice as large: half the room, everything at twice the size. */
  readonly scale?: number;
  readonly timezone?: string;
  readonly language?: 'en' | 'zh';
  readonly masked?: boolean;
}

export interface UiWindow {
  readonly page: Page;
  readonly api: ScriptedApi;
  emit<K extends keyof Events>(event: K, payload: Events[K]): Promise<void>;
}

export interface Windows {
  open(name: WindowName, answers: Answers, options?: WindowOptions): Promise<UiWindow>;
}

declare global {
  interface Window {
    scriptedRequest(channel: string, input: unknown): Promise<never>;
    scriptedEvent(event: string, payload: unknown): void;
  }
}

/** How long a test waits for what a window does on a machine that does other things beside. */
export const patience = { timeout: 15_000 } as const;

const origin = 'https://windows.test';

/** Opens windows in the browser of this run, each with a script on its other side; a fault of either fails the test. */
export function windows(): Windows {
  let browser: Browser | undefined;
  let contexts: BrowserContext[] = [];
  let apis: ScriptedApi[] = [];
  const pageFaults: string[] = [];
  beforeAll(async () => {
    browser = await chromium.connect(inject('browser'));
  });
  afterEach(async () => {
    const faults = [...pageFaults, ...apis.flatMap((api) => api.faults)];
    for (const context of contexts) await context.close();
    contexts = [];
    apis = [];
    pageFaults.length = 0;
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
  });
  return {
    async open(name, answers, options = {}) {
      if (browser === undefined) throw new Error('the browser is not up yet');
      const { width, height } = options.size ?? sizes[name];
      const scale = options.scale ?? 1;
      const context = await browser.newContext({
        viewport: { width: Math.round(width / scale), height: Math.round(height / scale) },
        deviceScaleFactor: scale,
        colorScheme: options.colorScheme ?? 'light',
        forcedColors: options.forcedColors ?? 'none',
        reducedMotion: options.reducedMotion ?? 'no-preference',
        contrast: options.contrast ?? 'no-preference',
        timezoneId: options.timezone ?? 'UTC',
        locale: 'en-GB',
      });
      contexts.push(context);
      const api = new ScriptedApi(answers);
      apis.push(api);
      await context.route('**/*', async (route) => {
        const file = assetPath(route.request().url().replace(origin, `${appScheme}://${appHost}`));
        if (file === undefined || file === 'favicon.ico') return route.fulfill({ status: 404 });
        await route.fulfill({
          body: await readFile(path.join(inject('renderer'), file)),
          headers: { 'content-type': contentType(file), 'content-security-policy': contentSecurityPolicy },
        });
      });
      const page = await context.newPage();
      page.setDefaultTimeout(patience.timeout);
      page.on('pageerror', (error) => pageFaults.push(`page error: ${error.stack ?? error.message}`));
      page.on('console', (message) => {
        const isFavicon = message.location().url.endsWith('/favicon.ico');
        if (!isFavicon && ['error', 'warning'].includes(message.type())) pageFaults.push(`console: ${message.text()}`);
      });
      await page.exposeFunction('scriptedRequest', (channel: string, input: unknown) => api.handle(channel, input));
      await page.addInitScript(installBridge);
      await page.clock.setFixedTime(now);
      const query = new URLSearchParams({ lang: options.language ?? 'en', ...(options.masked === true ? { mask: '1' } : {}) });
      await page.goto(`${origin}/${name}/index.html?${query}${options.fragment ?? ''}`);
      return {
        page,
        api,
        emit: (event, payload) => page.evaluate(([to, what]) => window.scriptedEvent(to, what), [event, payload] as const),
      };
    },
  };
}

/** Runs in the window, before its own scripts: what the preload does. */
function installBridge(): void {
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const bridge: Bridge = {
    request: (channel, input) => window.scriptedRequest(channel, input),
    subscribe(event, listener) {
      const set = listeners.get(event) ?? new Set();
      set.add(listener);
      listeners.set(event, set);
      return () => {
        set.delete(listener);
      };
    },
  };
  Object.defineProperty(window, 'api', { value: Object.freeze(bridge) });
  window.scriptedEvent = (event, payload) => {
    for (const listener of listeners.get(event) ?? []) listener(payload as never);
  };
}
