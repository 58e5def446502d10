import { expect, it } from 'vitest';
import { readExitReport } from '../../../main/core/platform/exit-watch-process.ts';

it('reads what exit-watch says', () => {
  expect(readExitReport('{"event":"watching","pid":7}')).toEqual({ event: 'watching', pid: 7 });
  expect(readExitReport('{"event":"exit","pid":7,"at":1795392000000}')).toEqual({ event: 'exit', pid: 7 });
  expect(readExitReport('{"event":"error","pid":7,"code":"ESRCH"}')).toEqual({ event: 'error', pid: 7, code: 'ESRCH' });
});

it.each(['', 'exit 7', '7', 'null', '{}', '{"event":"exit"}', '{"event":"exit","pid":"7"}', '{"event":"error","pid":7}', '{"event":"o'])(
  'takes %j for nothing that it says',
  (line) => {
    expect(readExitReport(line)).toBeUndefined();
  },
);
