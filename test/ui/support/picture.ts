import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pixelmatch from 'pixelmatch';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { cacheDir, projectDir } from '../../../build/project.ts';

const kept = path.join(import.meta.dirname, '..', 'screens');
const updating = process.env.CLAWBACK_UPDATE_SCREENS === '1';

/** Of all pixels, without those at the edges of letters: another minor version of the browser may draw these a little otherwise. */
const tolerance = 0.0002;

/** Without transparency and filters, windows of few colours take half the room. */
const small = { colorType: 2, filterType: 0, deflateLevel: 9, deflateStrategy: 0 } as const;

/**
 * What is wrong with a window's picture, `undefined` when it is as the kept one; with `CLAWBACK_UPDATE_SCREENS=1` it becomes the
 * kept one. The pictures of a failure are put into the cache folder of the build.
 */
export async function pictureFault(page: Page, name: string): Promise<string | undefined> {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  const actual = PNG.sync.read(await page.screenshot({ animations: 'disabled' }));
  const file = path.join(kept, `${name}.png`);
  if (updating) {
    mkdirSync(kept, { recursive: true });
    writeFileSync(file, PNG.sync.write(actual, small));
    return undefined;
  }
  if (!existsSync(file)) return `there is no picture ${name}`;
  const expected = PNG.sync.read(readFileSync(file));
  const { width, height } = expected;
  if (actual.width !== width || actual.height !== height) return `${actual.width}x${actual.height} instead of ${width}x${height}`;
  const difference = new PNG({ width, height });
  const pixels = pixelmatch(expected.data, actual.data, difference.data, width, height, { threshold: 0.15 });
  if (pixels <= tolerance * width * height) return undefined;
  const failures = cacheDir('test-ui', 'failures');
  writeFileSync(path.join(failures, `${name}.actual.png`), PNG.sync.write(actual));
  writeFileSync(path.join(failures, `${name}.difference.png`), PNG.sync.write(difference));
  return `${pixels} pixels differ: see ${path.relative(projectDir, failures)}/${name}.*.png; CLAWBACK_UPDATE_SCREENS=1 keeps the new picture`;
}
