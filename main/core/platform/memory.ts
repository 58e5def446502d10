import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Keeps the engine's space for new objects at its first size. It would grow to 50 MB under the load of an import and stay there
 * while nothing happens; kept small it costs an import no measurable time, and the peak of its memory is half as high.
 */
export function staySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

let collect: (() => void) | undefined;

/**
 * Collects all garbage now and lets go of its pages. Left to itself, the engine keeps what a first import needed (two hundred
 * megabytes) for as long as nothing happens. Takes some 20 ms. Does nothing on an engine that does not offer it.
 */
export function giveBackMemory(): void {
  collect ??= collector();
  collect();
}

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('globalThis.gc');
  return typeof gc === 'function' ? () => void gc() : () => undefined;
}
