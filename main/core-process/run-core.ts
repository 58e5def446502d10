import packageJson from '../../package.json' with { type: 'json' };
import { openCore } from '../core/core.ts';
import { CoreHost } from '../core/core-host.ts';
import { systemClock } from '../core/platform/clock.ts';
import { type ExitWatch, noExitWatch } from '../core/platform/exit-watch.ts';
import { ExitWatchProcess } from '../core/platform/exit-watch-process.ts';
import type { Logger } from '../core/platform/logger.ts';
import { staySmall } from '../core/platform/memory.ts';
import { nodeFileSystem } from '../core/platform/node-file-system.ts';
import type { CoreConfig } from '../core/requests.ts';
import { createGatewayProbe } from '../core/sources/openclaw-gateway.ts';
import { createOpenclawPrograms } from '../core/sources/openclaw-program.ts';
import { WorkerThreads } from '../core/store/store-threads.ts';
import { readerIn } from './reader.ts';
import { realGatewayAdmin, realWitnesses } from './real-witnesses.ts';

/** A core over the real machine: real clock, files, processes. */
export function openRealCore(options: { home: string; config: CoreConfig; log: Logger; env: NodeJS.ProcessEnv }): Promise<CoreHost> {
  staySmall();
  const open = (config: CoreConfig) =>
    openCore({
      ...options,
      config,
      version: packageJson.version,
      clock: systemClock,
      fs: nodeFileSystem,
      gateway: createGatewayProbe({ env: options.env }),
      witnesses: realWitnesses(options),
      admin: realGatewayAdmin(options),
      programs: createOpenclawPrograms({ env: options.env }),
      // Of each core its own: it disposes of them.
      threads: new WorkerThreads(options.log),
      exits: exitWatch(options.env.CLAWBACK_EXIT_WATCH, options.log),
      readerIn,
      hints: options.env.CLAWBACK_WATCH !== 'poll',
    });
  return CoreHost.open({ ...options, clock: systemClock, open });
}

/** `program`: the helper, as the app or the build found it. */
function exitWatch(program: string | undefined, log: Logger): ExitWatch {
  if (program !== undefined && program !== '') return new ExitWatchProcess({ program, clock: systemClock, log });
  log.log('debug', 'exit-watch-absent', { instead: 'polling alone' });
  return noExitWatch;
}
