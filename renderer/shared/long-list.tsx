import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Draws items `from` to `to`, which follow each other. */
type Draw = (from: number, to: number) => ComponentChildren;

interface LongListProps {
  readonly count: number;
  /** Height of an item that was never shown; scrolling holds its place where it turns out to be wrong. */
  readonly estimatedPx: number;
  /** A place that is asked for is drawn before anybody scrolls there. */
  readonly sought?: number | undefined;
  readonly children: Draw;
}

/**
 * Of so many items a stretch consists, at each level. Every stretch that is in the page is looked at in every frame, and each page
 * that is read anew draws them all: the 65,000 messages of 100 MB would be 2,600 of them on one level.
 */
const stretchSizes = [1000, 100, 25] as const;
/** As far around what is seen, items are drawn already. */
const margin = '800px 0px';

/** A list of any length of which only what is seen, and a little around it, is in the page. */
export function LongList({ count, estimatedPx, sought, children }: LongListProps) {
  return <Stretches from={0} to={count} level={0} itemPx={estimatedPx} sought={sought} draw={children} />;
}

interface StretchProps {
  readonly from: number;
  readonly to: number;
  readonly level: number;
  readonly itemPx: number;
  readonly sought: number | undefined;
  readonly draw: Draw;
}

function Stretches({ from, to, level, ...rest }: StretchProps) {
  const size = stretchSizes[level] ?? 1;
  const starts = Array.from({ length: Math.ceil((to - from) / size) }, (_, i) => from + i * size);
  return (
    <>
      {starts.map((start) => (
        <Stretch key={start} from={start} to={Math.min(start + size, to)} level={level} {...rest} />
      ))}
    </>
  );
}

/** Items, or an empty place of their height while they are far from what is seen. */
function Stretch({ from, to, level, itemPx, sought, draw }: StretchProps) {
  const place = useRef<HTMLDivElement>(null);
  const measuredPx = useRef(itemPx);
  const count = useRef(to - from);
  count.current = to - from;
  const wanted = from === 0 || isAround(sought, from, to);
  const [shown, setShown] = useState(wanted);
  useEffect(() => {
    if (wanted) setShown(true);
  }, [wanted]);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    return whenNear(element, (isNear) => {
      if (!isNear && isInUse(element)) return;
      if (!isNear && element.firstChild !== null) measuredPx.current = element.offsetHeight / count.current;
      setShown(isNear);
    });
  }, []);
  if (!shown) return <div ref={place} style={{ height: `${measuredPx.current * (to - from)}px` }} />;
  const isLast = level === stretchSizes.length - 1;
  return (
    <div ref={place}>
      {isLast ? (
        draw(from, to)
      ) : (
        <Stretches from={from} to={to} level={level + 1} itemPx={measuredPx.current} sought={sought} draw={draw} />
      )}
    </div>
  );
}

/** With its neighbours: what turns out higher or lower there would push what is sought away. */
const neighbours = 25;

function isAround(sought: number | undefined, from: number, to: number): boolean {
  return sought !== undefined && sought >= from - neighbours && sought < to + neighbours;
}

const watched = new WeakMap<Element, (isNear: boolean) => void>();
let observer: IntersectionObserver | undefined;

/** One for all: an observer of its own for every stretch is what each frame would have to ask. */
function whenNear(element: Element, tell: (isNear: boolean) => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) watched.get(target)?.(isIntersecting);
    },
    { scrollMargin: margin, rootMargin: margin },
  );
  watched.set(element, tell);
  observer.observe(element);
  return () => {
    watched.delete(element);
    observer?.unobserve(element);
  };
}

/** The focus and a selection would be lost with what they are in. */
function isInUse(element: HTMLElement): boolean {
  const selection = getSelection();
  return element.contains(document.activeElement) || (selection?.isCollapsed === false && selection.containsNode(element, true));
}
