import { said } from '../unit/store/recording.ts';

/** Line n of the transcript that the killed writer writes: both sides know what every byte must be. */
export function lineOf(n: number): string {
  return said(`line ${n} ${'.'.repeat((n * 37) % 3_000)}`, { id: String(n) });
}

/** What witnesses say beside it: message n of a conversation that no file holds. */
export function witnessedOf(n: number): string {
  return `witnessed ${n} ${'.'.repeat((n * 53) % 2_000)}`;
}

/** Which of them stand for good, are held by a file all along, or turn out to be held by one `TAKEN_BACK_AFTER` messages later. */
export function fateOf(n: number): 'stands' | 'persisted' | 'taken-back' {
  return (['stands', 'persisted', 'taken-back'] as const)[n % 3] ?? 'stands';
}

export const TAKEN_BACK_AFTER = 5;
