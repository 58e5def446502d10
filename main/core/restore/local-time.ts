/** Calendar fields of an instant at an offset from UTC. Pure: the caller says where the person is. */
export interface LocalTime {
  /** `2026-11-22` */
  readonly date: string;
  /** `10:45:12` */
  readonly time: string;
  /** `+02:00` */
  readonly offset: string;
}

export function localTime(at: number, utcOffsetMinutes: number): LocalTime {
  const iso = new Date(at + utcOffsetMinutes * 60_000).toISOString();
  const split = iso.indexOf('T');
  const minutes = Math.abs(utcOffsetMinutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    date: iso.slice(0, split),
    time: iso.slice(split + 1, split + 9),
    offset: `${utcOffsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`,
  };
}

/** Offset of this machine's time zone at an instant, east positive. */
export function utcOffsetMinutesAt(at: number): number {
  return -new Date(at).getTimezoneOffset();
}
