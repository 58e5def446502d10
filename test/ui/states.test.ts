import { expect, test } from 'vitest';
import { axeViolations, contrastFaults } from './support/axe.ts';
import { layoutFaults } from './support/layout.ts';
import { reached, states } from './support/states.ts';
import { sizes, windows } from './support/windows.ts';

const screen = windows();

/** The smallest sizes that windows.ts of the app allows. */
const smallest = { recovery: { width: 720, height: 480 }, preferences: { width: 560, height: 420 } } as const;

test.each(states)(
  '$name: fits its window, also a small one and with text twice as large, and is accessible in light and dark',
  async (state) => {
    const { page } = await reached(screen, state);
    expect(await layoutFaults(page)).toEqual([]);
    expect(await axeViolations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await contrastFaults(page)).toEqual([]);
    await page.setViewportSize(smallest[state.window]);
    expect(await layoutFaults(page)).toEqual([]);
    const { width, height } = sizes[state.window];
    await page.setViewportSize({ width: width / 2, height: height / 2 });
    expect(await layoutFaults(page)).toEqual([]);
  },
);
