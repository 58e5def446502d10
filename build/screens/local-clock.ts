/** Of every picture: a Friday, two minutes past two in the afternoon, when the app is started. */
const pictured = Date.UTC(2026, 10, 20, 14, 2);
const hourMs = 3_600_000;

/**
 * Every run happens at another time of day, and a picture should not tell at which. `timeZone`: one in which it is the pictured
 * hour now, so that today and yesterday are what they are in the pictures. `shiftMs`: what is then left of the difference.
 */
export function localClock(now: number): { readonly timeZone: string; readonly shiftMs: number } {
  const hoursAhead = new Date(pictured).getUTCHours() - new Date(now).getUTCHours();
  // The sign of these names is the other way round than people say it.
  const timeZone = `Etc/GMT${hoursAhead > 0 ? '-' : '+'}${Math.abs(hoursAhead)}`;
  return { timeZone, shiftMs: pictured - (now + hoursAhead * hourMs) };
}

/** Runs in the app's own processes: whatever writes a time for people writes it shifted. */
export function shiftWrittenTimes(shiftMs: number): void {
  const { prototype } = Intl.DateTimeFormat;
  const written = Object.getOwnPropertyDescriptor(prototype, 'format')?.get;
  if (written === undefined) throw new Error('times are not written as they were');
  Object.defineProperty(prototype, 'format', {
    configurable: true,
    get() {
      const format: (at: number | Date) => string = written.call(this);
      return (at: number | Date = Date.now()) => format(Number(at) + shiftMs);
    },
  });
}
