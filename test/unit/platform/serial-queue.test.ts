import { describe, expect, it } from 'vitest';
import { SerialQueue } from '../../../main/core/platform/serial-queue.ts';

describe('SerialQueue', () => {
  it('begins a task when the one before it is over', async () => {
    const queue = new SerialQueue();
    const said: string[] = [];
    const first = Promise.withResolvers<void>();
    const turns = [
      queue.run(async () => {
        said.push('first begins');
        await first.promise;
        said.push('first ends');
      }),
      queue.run(async () => void said.push('second')),
    ];
    await Promise.resolve();
    expect(said).toEqual(['first begins']);
    first.resolve();
    await Promise.all(turns);
    expect(said).toEqual(['first begins', 'first ends', 'second']);
  });

  it('tells the caller of a task that failed, and goes on with the next', async () => {
    const queue = new SerialQueue();
    const failed = queue.run(() => Promise.reject(new Error('no space')));
    const next = queue.run(async () => 'done');
    await expect(failed).rejects.toThrow('no space');
    await expect(next).resolves.toBe('done');
  });

  it('is settled when all that it was given is over, failed or not', async () => {
    const queue = new SerialQueue();
    let over = false;
    const failed = queue.run(async () => {
      await Promise.resolve();
      over = true;
      throw new Error('no space');
    });
    await queue.settled();
    expect(over).toBe(true);
    await expect(failed).rejects.toThrow('no space');
  });
});
