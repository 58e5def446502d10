import type { GatewayAdmin } from './gateway/gateway.ts';
import type { Clock } from './platform/clock.ts';
import type { ExitWatch } from './platform/exit-watch.ts';
import type { FileSystem } from './platform/file-system.ts';
import type { Logger } from './platform/logger.ts';
import type { CoreConfig, CoreRequests } from './requests.ts';
import type { Reader } from './restore/readable.ts';
import type { GatewayProbe, OpenclawPrograms } from './restore/restoring.ts';
import type { openBuffer } from './store/buffer.ts';
import type { StoreThreads } from './store/store-threads.ts';
import type { OpenWitnesses } from './witnesses.ts';

export interface CoreOptions {
  /** Clawback's own directory. */
  readonly home: string;
  readonly config: CoreConfig;
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly fs: FileSystem;
  readonly log: Logger;
  readonly gateway: GatewayProbe;
  /** Who reads an export, by the language that was asked for. */
  readonly readerIn: (language?: CoreRequests['export']['in']['language']) => Reader;
  /** Saves time when a gateway ends; detection is complete without it. The core disposes of it. */
  readonly exits?: ExitWatch;
  /** Who sees conversations beside their transcripts; default: nobody but OpenClaw's own files. */
  readonly witnesses?: OpenWitnesses;
  /** Changes conversations of a running gateway, for a restore that somebody confirmed; without it one waits until the gateway is down. */
  readonly admin?: GatewayAdmin;
  /** OpenClaw's own program, whose importer takes in what is restored into a database; without it those are restored to files. */
  readonly programs?: OpenclawPrograms;
  /** Watch events as hints; capture is complete without them. */
  readonly hints: boolean;
  /** For an import; absent: the core does everything in its own thread. The core disposes of them. */
  readonly threads?: StoreThreads;
  /** Tests put a buffer here that refuses to be written. */
  readonly openBuffer?: typeof openBuffer;
}
