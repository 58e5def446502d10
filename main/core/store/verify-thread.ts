import { parentPort, workerData } from 'node:worker_threads';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { openReadable } from './database.ts';
import { storageError } from './sqlite-errors.ts';
import { verifyBuffer } from './verification.ts';
import type { VerifyMessage, VerifyStart } from './verifier.ts';

/** A thread that checks a buffer beside its writer. */

const PROGRESS_EVERY_MS = 250;

const { database, home } = workerData as VerifyStart;

function check(): VerifyMessage {
  let db: ReturnType<typeof openReadable> | undefined;
  try {
    db = openReadable(database);
    let toldAt = Number.NEGATIVE_INFINITY;
    const report = verifyBuffer(db, (done, total) => {
      if (performance.now() - toldAt < PROGRESS_EVERY_MS) return;
      toldAt = performance.now();
      parentPort?.postMessage({ is: 'progress', done, total } satisfies VerifyMessage);
    });
    return { is: 'report', report };
  } catch (error) {
    const named = storageError(error, home);
    if (!(named instanceof CoreError)) throw error;
    return { is: 'fault', code: errnoOf(named) ?? 'io', message: named.message, hint: named.hint };
  } finally {
    db?.close();
  }
}

parentPort?.postMessage(check());
