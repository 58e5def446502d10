import { describe, expect, it } from 'vitest';
import { RunBook } from '../../../main/core/detect/run-book.ts';

describe('the end of a gateway', () => {
  const end = { event: 'gateway-ended', sourceId: 1 } as const;

  it('is what all witnesses of it say together', () => {
    const book = new RunBook(720_000);
    book.notice({ ...end, witness: 'recorder-plugin', at: 10_000, clean: true }, 10_100);
    book.notice({ ...end, witness: 'gateway-stream', at: 10_200, clean: undefined, closeCode: 1012 }, 10_300);
    expect(book.endedAfter(1, 9_000, 13_000)).toEqual({ at: 10_000, noticedAt: 10_100, clean: true, closeCode: 1012 });
  });

  it('is not mixed with the next one', () => {
    const book = new RunBook(720_000);
    book.notice({ ...end, witness: 'recorder-plugin', at: 10_000, clean: true }, 10_100);
    book.notice({ ...end, witness: 'gateway-stream', at: 40_000, clean: false, closeCode: 1006 }, 40_100);
    expect(book.endedAfter(1, 9_000, 60_000)).toMatchObject({ at: 10_000, clean: true, closeCode: undefined });
    expect(book.endedAfter(1, 30_000, 60_000)).toMatchObject({ at: 40_000, clean: false, closeCode: 1006 });
  });
});
