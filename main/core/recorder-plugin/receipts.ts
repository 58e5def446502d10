import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSmallFile } from '../platform/real-paths.ts';
import { isObject, readJson } from '../sources/json-value.ts';
import type { InstallTrace } from './plugin-config.ts';
import type { RecorderPlaces } from './setup.ts';

const RECEIPT = 'receipt.json';
const PREVIOUS = /^previous-\d+\.json$/;
const KEPT_PREVIOUS = 5;
const LIMIT_BYTES = 1024 * 1024;

/** What was done to one configuration, kept in Clawback's own directory: its removal must take back exactly that. */
export class Receipts {
  readonly #places: RecorderPlaces;

  constructor(places: RecorderPlaces) {
    this.#places = places;
  }

  traceOf(configPath: string): InstallTrace | undefined {
    const bytes = readSmallFile(join(this.#directory(configPath), RECEIPT), LIMIT_BYTES);
    const receipt = bytes && readJson(bytes);
    return isObject(receipt) && receipt.v === 1 ? traceIn(receipt.trace) : undefined;
  }

  /** The file as it is before a change; its path. The oldest of more than five go. It may hold tokens: 0600 in 0700. */
  keepPrevious(configPath: string, bytes: Uint8Array, now: number): string {
    const directory = this.#directory(configPath);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, `previous-${now}.json`);
    write(path, bytes);
    const kept = readdirSync(directory).filter((name) => PREVIOUS.test(name));
    const oldest = kept.sort((a, b) => Number.parseInt(a.slice(9), 10) - Number.parseInt(b.slice(9), 10)).slice(0, -KEPT_PREVIOUS);
    for (const name of oldest) rmSync(join(directory, name), { force: true });
    return path;
  }

  note(configPath: string, trace: InstallTrace): void {
    write(join(this.#directory(configPath), RECEIPT), Buffer.from(JSON.stringify({ v: 1, configPath, trace })));
  }

  forget(configPath: string): void {
    rmSync(join(this.#directory(configPath), RECEIPT), { force: true });
  }

  #directory(configPath: string): string {
    return join(this.#places.installsDir, createHash('sha256').update(configPath).digest('hex').slice(0, 16));
  }
}

function write(path: string, bytes: Uint8Array): void {
  const scratch = `${path}.tmp`;
  writeFileSync(scratch, bytes, { mode: 0o600, flush: true });
  renameSync(scratch, path);
}

function traceIn(value: unknown): InstallTrace | undefined {
  if (!isObject(value) || !Array.isArray(value.created)) return undefined;
  const created = value.created.filter((path): path is string[] => Array.isArray(path) && path.every((key) => typeof key === 'string'));
  return {
    created,
    inAllowList: value.inAllowList === true,
    ...(typeof value.enabledWas === 'string' ? { enabledWas: value.enabledWas } : {}),
  };
}
