/** Numbers, sizes and times as a person reads them. Plain functions of their arguments: the windows use them too. */

/** `1 message`, `1,284 messages`. */
export function countText(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}

export function messagesText(n: number): string {
  return countText(n, 'message');
}

const units = ['kB', 'MB', 'GB', 'TB'] as const;

/** Decimal units, as file managers show them: `512 bytes`, `1.1 GB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return countText(bytes, 'byte');
  let value = bytes;
  let unit: string = 'bytes';
  for (const next of units) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US')} ${unit}`;
}

/** How long ago, from a distance in ms; a clock that was set back reads as now. */
export function agoText(elapsedMs: number): string {
  const seconds = Math.floor(Math.max(0, elapsedMs) / 1000);
  if (seconds < 1) return 'just now';
  return `${spanText(seconds * 1000)} ago`;
}

/** A length of time in its largest unit: `2 s`, `5 min`, `3 h`, `2 days`. */
export function spanText(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return countText(Math.floor(seconds / 86_400), 'day');
}

/** Local time of day, with the date when it is another day than `now`: `14:05`, `21 Nov, 14:05`. */
export function timeText(at: number, now: number): string {
  const date = new Date(at);
  const time = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return time;
  const year = date.getFullYear() === today.getFullYear() ? '' : ` ${date.getFullYear()}`;
  return `${date.getDate()} ${months[date.getMonth()] ?? ''}${year}, ${time}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
