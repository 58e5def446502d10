/** How a language writes lengths, dates and sentences; what `Intl` knows comes from its `locale`. */
export interface Writing {
  readonly locale: string;
  /** Below 1000, where no unit stands for many. */
  readonly bytes: (n: number) => string;
  readonly seconds: (n: string) => string;
  readonly minutes: (n: string) => string;
  readonly hours: (n: string) => string;
  readonly days: (n: number) => string;
  readonly justNow: string;
  readonly ago: (span: string) => string;
  readonly today: string;
  readonly yesterday: string;
  readonly dateAndTime: (date: string, time: string) => string;
  readonly percent: (wholePercent: number) => string;
  /** Between two sentences. */
  readonly gap: string;
  /** A name before what it names, with the gap after it. */
  readonly label: (name: string) => string;
}

/** Numbers, sizes and times as a person reads them. Times are local, epoch milliseconds go in. */
export interface Format {
  /** `1,284`. */
  number(n: number): string;
  /** Decimal units, as file managers show them: `512 bytes`, `1.1 GB`. */
  bytes(bytes: number): string;
  /** A length of time in its largest unit: `2 s`, `5 min`, `3 h`, `2 days`. */
  span(ms: number): string;
  /** A length of time below a minute, with its fraction: `0.25 s`. */
  seconds(ms: number): string;
  /** How long ago, from a distance in ms; a clock that was set back reads as now. */
  ago(elapsedMs: number): string;
  /** Time of day, with the date when it is another day than `now`: `14:05`, `21 Nov, 14:05`. */
  time(at: number, now: number): string;
  /** `14:05`. */
  clock(at: number): string;
  /** For a list over several days: `Today, 14:05`, `Sat 21 Nov, 14:05`. */
  dayAndClock(at: number, now: number): string;
  /** Heading of a day: `Today`, `Yesterday`, `Friday 20 November 2026`. */
  day(at: number, now: number): string;
  /** To the second, as OpenClaw's file names have it: `2026-11-22 14:05:03 UTC`. */
  utc(at: number): string;
  /** Rounded down: what is not all is not 100. */
  percent(part: number, whole: number): string;
  /** Sentences one after the other; what is missing or empty is left out. */
  sentences(parts: readonly (string | undefined)[]): string;
  /** `Name: `. */
  label(name: string): string;
  /** What stands between two sentences. */
  readonly gap: string;
}

const units = ['kB', 'MB', 'GB', 'TB'] as const;

/** Made once for a language: what `Intl` needs for it is dear to make. */
export function formatOf(writing: Writing): Format {
  const { locale, gap, label } = writing;
  const integers = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const fractions = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });
  const clocks = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const dates = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const datesOfYears = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
  const weekdays = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short' });
  const wholeDays = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  // What the core says in English may stand among sentences that need no gap.
  const after = (before: string, next = '') =>
    /[!-~]$/.test(before) ? `${before} ${next}` : `${before}${before === '' ? '' : gap}${next}`;
  const number = (n: number) => integers.format(n);
  const clock = (at: number) => clocks.format(at);
  const span = (ms: number) => {
    const seconds = Math.floor(Math.max(0, ms) / 1000);
    if (seconds < 60) return writing.seconds(number(seconds));
    if (seconds < 3600) return writing.minutes(number(Math.floor(seconds / 60)));
    if (seconds < 48 * 3600) return writing.hours(number(Math.floor(seconds / 3600)));
    return writing.days(Math.floor(seconds / 86_400));
  };
  return {
    number,
    bytes(bytes) {
      if (bytes < 1000) return writing.bytes(bytes);
      let value = bytes;
      let unit: string = units[0];
      for (const next of units) {
        if (value < 999.5) break;
        value /= 1000;
        unit = next;
      }
      return `${value < 9.95 ? tenths.format(value) : number(Math.round(value))} ${unit}`;
    },
    span,
    seconds: (ms) => writing.seconds(fractions.format(ms / 1000)),
    ago: (elapsedMs) => (elapsedMs < 1000 ? writing.justNow : writing.ago(span(elapsedMs))),
    time(at, now) {
      const [date, today] = [new Date(at), new Date(now)];
      if (date.toDateString() === today.toDateString()) return clock(at);
      const dated = date.getFullYear() === today.getFullYear() ? dates : datesOfYears;
      return writing.dateAndTime(dated.format(at), clock(at));
    },
    clock,
    dayAndClock: (at, now) => writing.dateAndTime(isSameDay(at, now) ? writing.today : weekdays.format(at), clock(at)),
    day(at, now) {
      const midnight = new Date(now).setHours(0, 0, 0, 0);
      if (at >= midnight) return writing.today;
      if (at >= new Date(midnight).setDate(new Date(midnight).getDate() - 1)) return writing.yesterday;
      return wholeDays.format(at);
    },
    utc: (at) => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    percent: (part, whole) => writing.percent(Math.floor((100 * part) / whole)),
    sentences: (parts) => parts.filter((part) => part !== undefined && part !== '').reduce<string>(after, ''),
    label,
    gap,
  };
}

function isSameDay(at: number, now: number): boolean {
  return new Date(at).toDateString() === new Date(now).toDateString();
}
