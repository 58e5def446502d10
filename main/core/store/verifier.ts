import { Worker } from 'node:worker_threads';
import { CoreError } from '../platform/errors.ts';
import type { VerifyReport } from '../types.ts';
import { bufferPaths } from './database.ts';

export interface VerifyStart {
  readonly database: string;
  readonly home: string;
}

export type VerifyMessage =
  | { readonly is: 'progress'; readonly done: number; readonly total: number }
  | { readonly is: 'report'; readonly report: VerifyReport }
  | { readonly is: 'fault'; readonly code: string; readonly message: string; readonly hint: string };

export interface Verification extends Disposable {
  /** Rejects with the CoreError that kept it from reading, `ended` when it was disposed of before it was over. */
  readonly report: Promise<VerifyReport>;
}

/** Checks every captured byte of the buffer in `home` in a thread of its own: the file is read and hashed for many seconds. */
export function verifyInThread(home: string, onProgress: (doneBytes: number, totalBytes: number) => void): Verification {
  const workerData: VerifyStart = { database: bufferPaths(home).database, home };
  const worker = new Worker(scriptUrl(), { workerData, name: 'clawback-verify' });
  const report = new Promise<VerifyReport>((resolve, reject) => {
    worker.on('message', (message: VerifyMessage) => {
      if (message.is === 'progress') onProgress(message.done, message.total);
      else if (message.is === 'report') resolve(message.report);
      else reject(new CoreError(message.code, message.message, message.hint));
    });
    worker.once('error', (error) => reject(new CoreError('bug', `the verification failed: ${error.name}`, 'Please report this.', error)));
    // After a message this changes nothing any more.
    worker.once('exit', () => reject(new CoreError('ended', 'Clawback ended before everything was checked', 'Verify again.')));
  });
  return { report, [Symbol.dispose]: () => void worker.terminate() };
}

/** From source it is beside this file; in the bundle both lie side by side, too. */
function scriptUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './verify-thread.ts' : './verify-thread.js', import.meta.url);
}
