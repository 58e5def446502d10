import type { Turn } from './state-dir.ts';

export const harbour = '11111111-1111-4111-8111-111111111111';
export const invoices = '22222222-2222-4222-8222-222222222222';

/** `count` turns about one subject. */
export function turns(subject: string, count: number): readonly Turn[] {
  return Array.from({ length: count }, (_, i) => ({
    user: `${subject}: please do step ${i + 1}, and keep the naming from this morning.`,
    assistant: `Step ${i + 1} is done. I kept the three sections and moved the table to a file of its own.`,
  }));
}
