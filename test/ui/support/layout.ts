import type { Page } from 'playwright-core';

/** Where the layout is broken: what reaches out of the window or its pane to the side, and text that is cut off without a sign. */
export function layoutFaults(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const nameOf = (element: Element) =>
      `<${element.tagName.toLowerCase()} class="${element.className}"> ${(element.textContent ?? '').slice(0, 60)}`;
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) faults.push(`the page scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
    if (getComputedStyle(document.body).overflowY === 'hidden' && root.scrollHeight > root.clientHeight)
      faults.push(`the page is cut off at the bottom: ${root.scrollHeight} > ${root.clientHeight}`);
    for (const element of document.body.querySelectorAll<HTMLElement>('*')) {
      const style = getComputedStyle(element);
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('.visually-hidden') !== null) continue;
      const ellipsis = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
      const scrollsX = ['auto', 'scroll'].includes(style.overflowX);
      const clipsX = style.overflowX === 'hidden' || style.overflowX === 'clip';
      if ((scrollsX || clipsX) && !ellipsis && element.scrollWidth > element.clientWidth + 1)
        faults.push(`too wide inside (${element.scrollWidth} > ${element.clientWidth}): ${nameOf(element)}`);
      if (style.overflowY === 'hidden' && !ellipsis && element !== document.body && element.scrollHeight > element.clientHeight + 1)
        faults.push(`cut off at the bottom (${element.scrollHeight} > ${element.clientHeight}): ${nameOf(element)}`);
      const box = element.getBoundingClientRect();
      if (box.width > 0 && element.childElementCount === 0 && (box.left < -1 || box.right > root.clientWidth + 1))
        faults.push(`outside of the window (${Math.round(box.left)} to ${Math.round(box.right)}): ${nameOf(element)}`);
    }
    return faults;
  });
}
