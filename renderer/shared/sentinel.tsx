import { useEffect, useRef } from 'preact/hooks';
import { useWords } from './words.tsx';

interface SentinelProps {
  /** What it stands at the end of: after another reading of it, it asks again if it can still be seen. */
  readonly of: readonly unknown[] | undefined;
  readonly onVisible: () => void;
}

/** Stands at the end of what is shown and asks for more when it is scrolled into view. */
export function Sentinel({ of, onVisible }: SentinelProps) {
  const text = useWords().recovery;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null || of === undefined) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) onVisible();
      },
      { scrollMargin: '400px 0px' },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [of, onVisible]);
  return (
    <div ref={place} class="dim sentinel">
      {text.loading}
    </div>
  );
}
