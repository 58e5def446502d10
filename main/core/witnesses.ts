import type { Clock } from './platform/clock.ts';
import type { FileSystem } from './platform/file-system.ts';
import type { Logger } from './platform/logger.ts';
import type { KeyBook, Witness } from './witness/witness.ts';

/** What the witnesses of one state directory work with. */
export interface WitnessContext {
  readonly root: string;
  readonly keys: KeyBook;
  readonly clock: Clock;
  readonly fs: FileSystem;
  readonly log: Logger;
  /** As last committed. */
  readonly cursor: (witness: Witness['kind']) => string | undefined;
  /** Whether a process is alive; a recycled pid (other start time) counts as dead. */
  readonly alive: (pid: number, startTime?: number) => boolean;
  /** Something was seen that is worth a look before the next round. */
  readonly onNews: () => void;
  /** The agent that has a transcript of this name on disk now. */
  readonly agentOf: (nativeId: string) => string | undefined;
}

/** Opens the witnesses of a state directory, beside the trajectories that lie in its own folders. */
export type OpenWitnesses = (context: WitnessContext) => readonly Witness[];

export const noWitnesses: OpenWitnesses = () => [];
