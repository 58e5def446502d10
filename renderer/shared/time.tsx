const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
});
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** Local time, with UTC in the hint: OpenClaw's file names are in UTC, and the difference has confused people. */
export function Time({ at, withDay = false }: { readonly at: number; readonly withDay?: boolean }) {
  const iso = new Date(at).toISOString();
  return (
    <time class="num" dateTime={iso} title={`${iso.slice(0, 19).replace('T', ' ')} UTC`}>
      {withDay ? withDayName(at) : clock.format(at)}
    </time>
  );
}

function withDayName(at: number): string {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return isToday ? `Today, ${clock.format(at)}` : dayAndClock.format(at);
}

/** Heading of the day in a list. */
export function dayName(at: number, now: number): string {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (at >= midnight) return 'Today';
  if (at >= new Date(midnight).setDate(new Date(midnight).getDate() - 1)) return 'Yesterday';
  return day.format(at);
}
