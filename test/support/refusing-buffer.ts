import { CoreError } from '../../main/core/platform/errors.ts';
import { openBuffer } from '../../main/core/store/buffer.ts';
import type { Journal } from '../../main/core/store/store.ts';

const WRITES: ReadonlySet<string> = new Set([
  'registerSource',
  'commit',
  'sync',
  'index',
  'acknowledge',
  'beginRestore',
  'advanceRestore',
  'placeRestore',
  'beginRun',
  'beat',
  'endRun',
  'upkeep',
  'rebuildText',
]);

/** A real buffer on a disk that is full when the test says so: every write is refused before anything of it is done. */
export class RefusingBuffer {
  isFull = false;
  /** Only these calls are refused while it is full. */
  refuses: ReadonlySet<string> = WRITES;
  refusals = 0;
  refusal = new CoreError('disk-full', 'The disk that holds the buffer is full.', 'Free some space.');
  /** After each call that was carried out. */
  onDone: (name: string, args: readonly unknown[]) => void = () => undefined;

  readonly open: typeof openBuffer = (home, deps) => {
    const opened = openBuffer(home, deps);
    return { ...opened, journal: this.#refusing(opened.journal) };
  };

  #refusing(journal: Journal): Journal {
    return new Proxy(journal, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          if (this.isFull && typeof name === 'string' && this.refuses.has(name)) {
            this.refusals += 1;
            throw this.refusal;
          }
          const result: unknown = Reflect.apply(member, target, args);
          if (typeof name === 'string') this.onDone(name, args);
          return result;
        };
      },
    });
  }
}
