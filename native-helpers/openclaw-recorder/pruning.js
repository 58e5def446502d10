import { readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const SPOOL_FILE = /^\d{6,}-\d+(?:\.\d+)?\.jsonl$/;
const KEEP_BYTES = 256 * 1024 * 1024;
const KEEP_MS = 30 * 24 * 60 * 60_000;

/**
 * Keeps a spool that nobody empties from growing for ever: files older than 30 days go, then the oldest of those that
 * Clawback has read to their end (`read.json`), then the oldest. Never the file that is being written. Never rejects.
 */
export async function prune(directory, current, now = Date.now()) {
  try {
    const files = (await filesIn(directory)).filter((file) => file.path !== current);
    const read = await readToTheEnd(directory);
    let bytes = files.reduce((sum, file) => sum + file.size, 0);
    const inOrder = [
      ...files.filter((file) => read.get(file.name) >= file.size),
      ...files.filter((file) => !(read.get(file.name) >= file.size)),
    ];
    for (const file of inOrder) {
      if (bytes <= KEEP_BYTES && now - file.changedAt <= KEEP_MS) continue;
      await unlink(file.path);
      bytes -= file.size;
    }
  } catch {
    // Another gateway pruned at the same time, or the directory is gone: there is always a next time.
  }
}

/** Oldest first. */
async function filesIn(directory) {
  const files = [];
  for (const name of await readdir(directory)) {
    if (!SPOOL_FILE.test(name)) continue;
    const path = join(directory, name);
    const { size, mtimeMs } = await stat(path);
    files.push({ name, path, size, changedAt: mtimeMs });
  }
  return files.sort((a, b) => a.changedAt - b.changedAt);
}

/** How far Clawback has read each file: `{"files": {"<name>": bytes}}`. */
async function readToTheEnd(directory) {
  try {
    const { files } = JSON.parse(await readFile(join(directory, 'read.json'), 'utf8'));
    return new Map(Object.entries(files));
  } catch {
    return new Map();
  }
}
