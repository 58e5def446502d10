import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface LongListProps<T> {
  readonly items: readonly T[];
  /** Height of an item that was never shown; scrolling holds its place where it turns out to be wrong. */
  readonly estimatedPx: number;
  /** A place that is asked for is drawn before anybody scrolls there. */
  readonly sought?: (item: T) => boolean;
  /** Some items that follow each other, and the one before them. */
  readonly children: (items: readonly T[], before: T | undefined) => ComponentChildren;
}

const blockSize = 25;
/** As far around what is seen, items are drawn already. */
const margin = '800px 0px';

/** A list of any length of which only what is seen, and a little around it, is in the page. */
export function LongList<T>({ items, estimatedPx, sought, children }: LongListProps<T>) {
  const blocks = Array.from({ length: Math.ceil(items.length / blockSize) }, (_, i) => items.slice(i * blockSize, (i + 1) * blockSize));
  // With its neighbours: what turns out higher or lower there would push what is sought away.
  const place = sought === undefined ? undefined : Math.floor(items.findIndex(sought) / blockSize);
  return (
    <>
      {blocks.map((block, i) => (
        <Block
          key={i * blockSize}
          count={block.length}
          estimatedPx={estimatedPx}
          wanted={i === 0 || (place !== undefined && Math.abs(i - place) <= 1)}
        >
          {() => children(block, items[i * blockSize - 1])}
        </Block>
      ))}
    </>
  );
}

interface BlockProps {
  readonly count: number;
  readonly estimatedPx: number;
  readonly wanted: boolean;
  readonly children: () => ComponentChildren;
}

/** Items, or an empty place of their height while they are far from what is seen. */
function Block({ count, estimatedPx, wanted, children }: BlockProps) {
  const place = useRef<HTMLDivElement>(null);
  const itemPx = useRef(estimatedPx);
  const [shown, setShown] = useState(wanted);
  const latestCount = useRef(count);
  latestCount.current = count;
  useEffect(() => {
    if (wanted) setShown(true);
  }, [wanted]);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        const isNear = entries.at(-1)?.isIntersecting === true;
        if (!isNear && isInUse(element)) return;
        if (!isNear && element.firstChild !== null) itemPx.current = element.offsetHeight / latestCount.current;
        setShown(isNear);
      },
      { scrollMargin: margin, rootMargin: margin },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={place} {...(shown ? {} : { style: { height: `${itemPx.current * count}px` } })}>
      {shown && children()}
    </div>
  );
}

/** The focus and a selection would be lost with what they are in. */
function isInUse(element: HTMLElement): boolean {
  const selection = getSelection();
  return element.contains(document.activeElement) || (selection?.isCollapsed === false && selection.containsNode(element, true));
}
