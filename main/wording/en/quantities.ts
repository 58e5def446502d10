import { formatOf } from '../format.ts';

const rules = new Intl.PluralRules('en');
const integers = new Intl.NumberFormat('en');

/** The word for so many. */
export function plural(n: number, one: string, other: string): string {
  return rules.select(n) === 'one' ? one : other;
}

export const isAre = (n: number): string => plural(n, 'is', 'are');
export const wasWere = (n: number): string => plural(n, 'was', 'were');
export const itThem = (n: number): string => plural(n, 'it', 'them');
export const itThey = (n: number): string => plural(n, 'It', 'They');

/** Dates as `21 Nov`: the day before the month cannot be taken for the other way round when the month is a word. */
export const format = formatOf({
  locale: 'en-GB',
  bytes: (n) => counted(n, 'byte'),
  seconds: (n) => `${n} s`,
  minutes: (n) => `${n} min`,
  hours: (n) => `${n} h`,
  days: (n) => counted(n, 'day'),
  justNow: 'just now',
  ago: (span) => `${span} ago`,
  today: 'Today',
  yesterday: 'Yesterday',
  dateAndTime: (date, time) => `${date}, ${time}`,
  percent: (n) => `${n} %`,
  gap: ' ',
  label: (name) => `${name}: `,
});

/** `1 message`, `1,284 messages`. */
export const count = {
  messages: (n: number) => counted(n, 'message'),
  conversations: (n: number) => counted(n, 'conversation'),
  minutes: (n: number) => counted(n, 'minute'),
  files: (n: number) => counted(n, 'conversation file'),
  others: (n: number) => counted(n, 'other'),
  agents: (n: number) => counted(n, 'agent'),
};

function counted(n: number, one: string, many = `${one}s`): string {
  return `${integers.format(n)} ${plural(n, one, many)}`;
}
