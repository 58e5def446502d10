const DATE_AND_TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?$/;

/**
 * What a person means by a day, `2026-03-14` from its midnight on, or by a time of it, `2026-03-14T09:30`; both of this machine.
 * Epoch ms; `undefined`: there is no such day or time.
 */
export function parseSince(text: string): number | undefined {
  const [, date, time = '00:00'] = DATE_AND_TIME.exec(text.trim()) ?? [];
  if (date === undefined) return undefined;
  // `new Date` alone takes the 30th of February for the 2nd of March.
  const isDay = (day: Date) => !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date);
  const at = new Date(`${date}T${time}`).getTime();
  return isDay(new Date(`${date}T00:00Z`)) && !Number.isNaN(at) && at >= 0 ? at : undefined;
}
