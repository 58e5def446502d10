import { z } from 'zod';
import type { CoreHost } from '../core/core-host.ts';
import { giveWay } from '../core/platform/priority.ts';
import { startAnew } from '../core/storage/anew.ts';
import { listenForControl } from './control-socket.ts';
import { type Port, parentPort } from './port.ts';
import { errorShape, serveCore } from './rpc-server.ts';
import { openRealCore } from './run-core.ts';
import { stderrLogger } from './stderr-logger.ts';

/** `argv[2]` as JSON. `control`: also listen for the command line. */
const startSchema = z.strictObject({
  home: z.string().min(1),
  config: z.strictObject({
    roots: z.array(z.string()).exactOptional(),
    added: z.array(z.string()).exactOptional(),
    excluded: z.array(z.string()).exactOptional(),
    flushIntervalMs: z.number(),
    ignore: z
      .strictObject({
        agents: z.array(z.string()).exactOptional(),
        keys: z.array(z.string()).exactOptional(),
        sessions: z.array(z.string()).exactOptional(),
      })
      .exactOptional(),
    retention: z
      .strictObject({
        keepDays: z.number().exactOptional(),
        keepBytes: z.number().exactOptional(),
      })
      .exactOptional(),
  }),
  control: z.boolean(),
  /** Somebody said that the disk of the buffer is lost. */
  anew: z.literal(true).exactOptional(),
});

const HEARTBEAT_MS = 5_000;
const log = stderrLogger('info');

async function main(port: Port): Promise<void> {
  let core: CoreHost | undefined;
  try {
    const start = startSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
    const env = { ...process.env };
    // For this process alone, and not for the programs that it starts.
    delete process.env.CLAWBACK_DEVICE_KEY;
    giveWay(log);
    if (start.anew === true) startAnew(start.home, log);
    core = await openRealCore({ home: start.home, config: start.config, log, env });
    const control = start.control ? await listenForControl(core, start.home, log) : undefined;
    endWithParent(core, control, port);
    core.start();
  } catch (error) {
    port.post({ type: 'fatal', error: errorShape(error) });
    await core?.[Symbol.asyncDispose]();
    process.exitCode = 1;
    return;
  }
  const running = core;
  serveCore(running, port, true);
  running.onRenewed = () => port.post({ type: 'ready', status: running.status });
  running.onLost = (error) => {
    port.post({ type: 'fatal', error: errorShape(error) });
    process.exit(1);
  };
  port.post({ type: 'ready', status: running.status });
  setInterval(() => port.post({ type: 'heartbeat', at: Date.now() }), HEARTBEAT_MS);
}

/** A core whose parent died would go on holding the writer lock: it flushes and ends instead. */
function endWithParent(core: CoreHost, control: AsyncDisposable | undefined, port: Port): void {
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    await control?.[Symbol.asyncDispose]();
    try {
      await core[Symbol.asyncDispose]();
      process.exit(0);
    } catch (error) {
      log.log('error', 'last-flush-failed', { error: errorShape(error) });
      process.exit(1);
    }
  };
  port.onClose(() => void end());
  process.once('SIGTERM', () => void end());
  process.once('SIGINT', () => void end());
}

const port = parentPort();
if (port === undefined) {
  process.stderr.write('The core process is started by the app. In a terminal, use: clawback watch\n');
  process.exitCode = 2;
} else void main(port);
