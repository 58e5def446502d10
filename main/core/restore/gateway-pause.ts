import { type GatewayPause, refused } from './publishing.ts';

/** Its service gives it 330 s to finish what runs (2026.9.6: TimeoutStopSec). */
const STOP_TIMEOUT_MS = 360_000;
const START_TIMEOUT_MS = 120_000;
/** Its lock goes and comes a little before or after the command ends. */
const SETTLE_MS = 20_000;
/** 2026.9.6 listens 10 to 45 s after its start. */
const LISTEN_MS = 120_000;
const LOOK_MS = 250;

/** Throws CoreError `gateway-running` when it still runs then. Only for whom somebody has allowed it. */
export async function stopGateway(pause: GatewayPause): Promise<void> {
  // From anything but a terminal 2026.9.6 stops nothing without this word.
  const { code, stderr } = await pause.program.run(['gateway', 'stop', '--force', '--json'], STOP_TIMEOUT_MS);
  pause.log.log('info', 'gateway-stopped-for-restore', { code });
  if (await becomes(pause, 'stopped', SETTLE_MS)) return;
  pause.log.log('warn', 'gateway-not-stopped', { code, said: stderr.length });
  throw refused('gateway-running', 'The gateway did not stop when it was asked to.');
}

/** Whether it runs again. */
export async function startGateway(pause: GatewayPause): Promise<boolean> {
  const code = await askToStart(pause);
  const runs = await becomes(pause, 'running', LISTEN_MS);
  pause.log.log(runs ? 'info' : 'warn', 'gateway-started-after-restore', { code, runs });
  return runs;
}

/** Without waiting until it listens: at our own start the recording must not wait for that. */
export async function askToStart({ program }: GatewayPause): Promise<number | undefined> {
  return (await program.run(['gateway', 'start', '--json'], START_TIMEOUT_MS)).code;
}

async function becomes({ clock, gateway, root }: GatewayPause, wanted: 'running' | 'stopped', withinMs: number): Promise<boolean> {
  const until = clock.monotonic() + withinMs;
  for (;;) {
    if ((await gateway.state(root)) === wanted) return true;
    if (clock.monotonic() >= until) return false;
    await new Promise<void>((resolve) => clock.schedule(LOOK_MS, resolve));
  }
}
