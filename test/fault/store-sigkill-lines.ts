import { said } from '../unit/store/recording.ts';

/** Line n of the transcript that the killed writer writes: both sides know what every byte must be. */
export function lineOf(n: number): string {
  return said(`line ${n} ${'.'.repeat((n * 37) % 3_000)}`, { id: String(n) });
}
