import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ElectronApplication, Page } from 'playwright-core';
import { tempDir } from '../support/temp-dir.ts';
import { whenReadable } from './live-tail.ts';
import { type Measure, ms, percentile } from './measures.ts';
import { ShippedApp } from './shipped-app.ts';
import { makeTree } from './transcript-tree.ts';

const TRANSCRIPTS = 10_000;
const LONG_BYTES = 100_000_000;
const FRAME_MS = 1_000 / 60;
const SCROLL_MS = 4_000;
/** Of one turn of a wheel that is turned in haste: 6,000 px in a second. */
const WHEEL_PX = 100;
const BACKLOG_LOOK_MS = 250;
const size = { width: 1040, height: 720 } as const;

interface Frames {
  readonly intervalsMs: readonly number[];
  readonly longTasks: number;
}

/**
 * Both lists of the recovery window in the real app, over a real core: at their beginning, where every page is asked for while it
 * scrolls, and upwards from the end of all that was read. Against an empty page of the same run, because a machine without
 * graphics draws slowly whatever is drawn.
 */
export async function scrollFrames(): Promise<readonly Measure[]> {
  await using dir = tempDir();
  const state = join(dir.path, 'state');
  const home = join(dir.path, 'home');
  makeTree(state, TRANSCRIPTS, 2_000);
  makeTree(state, 1, LONG_BYTES, 'long');
  await using app = await ShippedApp.start(state, home);
  const page = await app.electron.firstWindow();
  await page.locator('button.row').first().waitFor();
  await indexed(home);
  const empty = await scrolled(await emptyPage(app.electron), 'html', 1);
  const measures = [{ name: '10,000 conversations', frames: await scrolled(page, 'aside', 1) }];
  const conversations = await toTheEnd(page, 'aside');
  measures.push({ name: `10,000 conversations, from the end (${conversations} px) up`, frames: await scrolled(page, 'aside', -1) });
  await page.evaluate(() => document.querySelector('aside')?.scrollTo(0, 0));
  await page.locator('button.row').filter({ hasText: 'long ·' }).click();
  await page.locator('.message').first().waitFor();
  measures.push({ name: 'a conversation of 100 MB', frames: await scrolled(page, 'main', 1) });
  const messages = await toTheEnd(page, 'main');
  measures.push({ name: `a conversation of 100 MB, from the end (${messages} px) up`, frames: await scrolled(page, 'main', -1) });
  return measures.flatMap(({ name, frames }) => measuresOf(name, frames, empty));
}

async function indexed(home: string): Promise<void> {
  using catalog = await whenReadable(home);
  while (catalog.indexBacklogBytes() > 0) await pause(BACKLOG_LOOK_MS);
}

async function emptyPage(electron: ElectronApplication): Promise<Page> {
  const opened = electron.waitForEvent('window');
  await electron.evaluate(async ({ BrowserWindow }, { width, height }) => {
    await new BrowserWindow({ width, height }).loadURL('data:text/html,<body style="height:1000000px">');
  }, size);
  return opened;
}

/** Turns the wheel over the middle of a pane for some seconds, and notes when each frame was begun. */
async function scrolled(page: Page, pane: string, direction: 1 | -1): Promise<Frames> {
  const box = await page.locator(pane).boundingBox();
  if (box === null) throw new Error(`${pane} is not there`);
  await page.bringToFront();
  await page.mouse.move(box.x + box.width / 2, Math.min(box.y + box.height, size.height) / 2);
  const recording = await page.evaluateHandle(() => {
    const times: number[] = [];
    let longTasks = 0;
    const observer = new PerformanceObserver((list) => {
      longTasks += list.getEntries().length;
    });
    observer.observe({ type: 'longtask' });
    let going = true;
    const step = (at: number) => {
      times.push(at);
      if (going) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
    return {
      stop() {
        going = false;
        observer.disconnect();
        return { times, longTasks };
      },
    };
  });
  const until = performance.now() + SCROLL_MS;
  while (performance.now() < until) await Promise.all([page.mouse.wheel(0, direction * WHEEL_PX), pause(FRAME_MS)]);
  const { times, longTasks } = await recording.evaluate((running) => running.stop());
  return { intervalsMs: times.slice(1).map((at, i) => at - (times[i] ?? at)), longTasks };
}

/** As the End key does that is held down; the height of all that is there then. */
function toTheEnd(page: Page, pane: string): Promise<number> {
  return page.evaluate(
    (selector) =>
      new Promise<number>((resolve) => {
        const step = () => {
          const element = document.querySelector(selector);
          if (element === null || element.querySelector('.sentinel') === null) return resolve(element?.scrollHeight ?? 0);
          element.scrollTo(0, element.scrollHeight);
          requestAnimationFrame(step);
        };
        step();
      }),
    pane,
  );
}

function measuresOf(what: string, frames: Frames, empty: Frames): readonly Measure[] {
  const [p95, emptyP95] = [percentile(frames.intervalsMs, 0.95), percentile(empty.intervalsMs, 0.95)];
  return [
    {
      name: `frames while scrolling ${what}, p95`,
      value: p95,
      unit: 'ms',
      budget: 20,
      note: `${described(frames)}; an empty page: p95 ${ms(emptyP95)}, ${described(empty)}`,
    },
    {
      name: `time per frame against an empty page, ${what}`,
      value: mean(frames.intervalsMs) / mean(empty.intervalsMs),
      unit: 'x',
      budget: 1.05,
      note: `${ms(mean(frames.intervalsMs))} against ${ms(mean(empty.intervalsMs))}`,
    },
  ];
}

function described({ intervalsMs, longTasks }: Frames): string {
  const dropped = intervalsMs.reduce((sum, interval) => sum + Math.max(0, Math.round(interval / FRAME_MS) - 1), 0);
  const all = intervalsMs.length + dropped;
  return `p50 ${ms(percentile(intervalsMs, 0.5))}, longest ${ms(Math.max(...intervalsMs))}, ${dropped} of ${all} dropped, ${longTasks} long tasks`;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
