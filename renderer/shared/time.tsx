import { useWords } from './words.tsx';

/** Local time, with UTC in the hint: OpenClaw's file names are in UTC, and the difference has confused people. */
export function Time({ at, withDay = false }: { readonly at: number; readonly withDay?: boolean }) {
  const { format } = useWords();
  return (
    <time class="num" dateTime={new Date(at).toISOString()} title={format.utc(at)}>
      {withDay ? format.dayAndClock(at, Date.now()) : format.clock(at)}
    </time>
  );
}
