import type { DirectoryRef, FileIdentity } from '../../main/core/capture/change.ts';
import { HEADER, said } from '../unit/store/recording.ts';

/** Enough chunks for a thread to be asked. */
export const FILES_A_ROUND = 24;

export function directoryOf(sourceId: number): DirectoryRef {
  return { sourceId, agent: 'main', path: '/agent/agents/main/sessions' };
}

export function nameOf(n: number): string {
  return `file-${n}.jsonl`;
}

export function identityOf(n: number): FileIdentity {
  return { dev: 1n, ino: BigInt(n + 1), birthtimeNs: 1n };
}

/** About 200 KB that pack well, of a length of its own, and with a last line that is not complete. */
export function contentOf(n: number): Buffer {
  const lines = Array.from({ length: 1_500 + (n % 7) }, (_, line) =>
    said(`words of line ${line} in file ${n} ${'again '.repeat(line % 17)}`, { at: line }),
  );
  return Buffer.from(`${HEADER}${lines.join('')}half a line of ${n}`);
}
