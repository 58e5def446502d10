import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type RecordedFrame =
  | { readonly hello: Record<string, unknown> }
  | { readonly event: string; readonly payload: Record<string, unknown>; readonly seq?: number }
  | { readonly close: number };

const directory = join(import.meta.dirname, '..', 'fixtures', 'gateway-frames');

/** What a real gateway sent to a read-only client, from its greeting on. */
export function recordedFrames(name: string): readonly RecordedFrame[] {
  const lines = readFileSync(join(directory, `${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as RecordedFrame);
}
