import { expect, test } from 'vitest';
import { placeOn } from '../../../main/app/window-places.ts';

const laptop = { x: 0, y: 25, width: 1440, height: 875 };
const beside = { x: 1440, y: 0, width: 1920, height: 1080 };
const place = (x: number, y: number, width = 1040, height = 720) => ({ x, y, width, height, maximized: false });

test('a window comes back where it stood', () => {
  expect(placeOn(place(100, 80), [laptop])).toEqual({ x: 100, y: 80, width: 1040, height: 720 });
  expect(placeOn(place(1700, 10), [laptop, beside])).toEqual({ x: 1700, y: 10, width: 1040, height: 720 });
});

test.each([
  ['on a screen that was unplugged', place(1700, 10)],
  ['with only a sliver within the screen', place(1400, 80)],
  ['above the screen, where nobody can take hold of it', place(100, -400)],
  ['below the screen', place(100, 890)],
])('a window that stood %s keeps its size and the system places it', (_where, stood) => {
  expect(placeOn(stood, [laptop])).toEqual({ width: 1040, height: 720 });
});

test('a window is no larger than the screen that it comes back to', () => {
  expect(placeOn(place(1700, 10, 3000, 2000), [laptop, beside])).toEqual({ x: 1700, y: 10, width: 1920, height: 1080 });
  expect(placeOn(place(5000, 10, 3000, 2000), [laptop])).toEqual({ width: 1440, height: 875 });
});
