import { errnoOf } from '../platform/errors.ts';
import type { VerifyReport } from '../types.ts';
import { type StoredChunk, unpack } from './chunk-reader.ts';
import type { Sqlite } from './sqlite.ts';
import { isDamage } from './sqlite-errors.ts';

type Damage = VerifyReport['damaged'][number];

interface Totals {
  chunks: number;
  bytes: number;
}

/**
 * Looks at every captured byte: chunks are contiguous from 0 and add up to the checkpoint, each matches its hash, and the
 * database file itself is whole. Reads one generation at a time in a snapshot of its own, beside a running writer too.
 */
export function verifyBuffer(db: Sqlite, onProgress: (doneBytes: number, totalBytes: number) => void): VerifyReport {
  const generations = db.prepare<[], { id: number }>('SELECT id FROM generation ORDER BY id').all();
  const totalBytes = db.prepare<[], { bytes: number }>('SELECT coalesce(sum("offset"), 0) AS bytes FROM generation').get()?.bytes ?? 0;
  const totals: Totals = { chunks: 0, bytes: 0 };
  const damaged: Damage[] = [];
  const verifyOne = db.transaction((id: number) => verifyGeneration(db, id, totals));
  for (const { id } of generations) {
    damaged.push(...noticing(id, () => verifyOne(id)));
    onProgress(Math.min(totals.bytes, totalBytes), totalBytes);
  }
  damaged.push(...noticing(0, () => verifyFile(db)));
  return { ok: damaged.length === 0, generations: generations.length, ...totals, damaged };
}

function verifyGeneration(db: Sqlite, id: number, totals: Totals): readonly Damage[] {
  const damaged: Damage[] = [];
  const size = db.prepare<[number], { size: number }>('SELECT "offset" AS size FROM generation WHERE id = ?').get(id)?.size ?? 0;
  const next = db.prepare<[number, number], StoredChunk>(
    'SELECT start, len, codec, sha256, bytes FROM chunk WHERE generation_id = ? AND start > ? ORDER BY start LIMIT 1',
  );
  let position = 0;
  for (let chunk = next.get(id, -1); chunk !== undefined; chunk = next.get(id, chunk.start)) {
    if (chunk.start !== position) damaged.push({ generationId: id, start: position, reason: `the next chunk begins at ${chunk.start}` });
    const result = unpack(chunk);
    if (!result.ok) damaged.push({ generationId: id, start: chunk.start, reason: result.defect });
    position = chunk.start + chunk.len;
    totals.chunks += 1;
    totals.bytes += chunk.len;
  }
  if (position !== size) damaged.push({ generationId: id, start: position, reason: `ends here instead of at ${size}` });
  return damaged;
}

/** Generation 0 stands for the file as a whole. */
function verifyFile(db: Sqlite): readonly Damage[] {
  const rows = db.prepare<[], { integrity_check: string }>('PRAGMA integrity_check(20)').all();
  return rows
    .filter((row) => row.integrity_check !== 'ok')
    .map((row) => ({ generationId: 0, start: 0, reason: `SQLite: ${row.integrity_check}` }));
}

function noticing(generationId: number, look: () => readonly Damage[]): readonly Damage[] {
  try {
    return look();
  } catch (error) {
    const code = errnoOf(error);
    if (!isDamage(code)) throw error;
    return [{ generationId, start: 0, reason: `cannot be read (${code})` }];
  }
}
