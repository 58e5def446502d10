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

describe('the end of a run', () => {
  const run = { sourceId: 1, witness: 'gateway-stream', runId: 'r1', agent: 'main', sessionKey: 'agent:main:main', at: 10_000 } as const;
  const failed = { outcome: 'error', withText: false } as const;

  it('without a beginning is that of a command, which no model answered', () => {
    const book = new RunBook(720_000);
    book.notice({ ...run, event: 'run-ended', ...failed }, 10_000);
    expect(book.isAnswerToCommand(1, 'r1')).toBe(true);
  });

  it('that is told twice, as when the run failed, is the end of a run all the same', () => {
    const book = new RunBook(720_000);
    book.notice({ ...run, event: 'run-started' }, 10_000);
    book.notice({ ...run, event: 'run-ended', ...failed }, 11_000);
    book.notice({ ...run, event: 'run-ended', ...failed }, 11_001);
    expect(book.isAnswerToCommand(1, 'r1')).toBe(false);
  });
});
