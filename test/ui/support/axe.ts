import axe from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * What axe-core finds wrong, one line for each element: WCAG A and AA and its best practices. It does not know that Chromium
 * puts what scrolls among the stops of the Tab key by itself; keyboard.test.ts looks at that.
 */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document, {
      resultTypes: ['violations'],
      rules: { 'scrollable-region-focusable': { enabled: false } },
    });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(
        (node) => `${id} (${help}): ${node.html.slice(0, 160)} ${(node.failureSummary ?? '').replaceAll(/\s+/g, ' ').slice(0, 240)}`,
      ),
    );
  });
}

/** The same in another colour scheme, where nothing but the colours differs. */
export async function contrastFaults(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document, { resultTypes: ['violations'], runOnly: ['color-contrast'] });
    return violations.flatMap(({ nodes }) => nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`));
  });
}
