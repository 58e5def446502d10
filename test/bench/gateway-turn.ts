import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openclawInstall } from '../../build/openclaw-install.ts';
import { prepareGateway } from '../support/openclaw-gateway.ts';
import { startScriptedModel } from '../support/scripted-model.ts';
import { type Measure, ms, percentile } from './measures.ts';
import { RecorderProcess } from './recorder-process.ts';

const TURNS = 60;
const WARM_UP = 10;
const program = join(import.meta.dirname, '../../main/cli/index.ts');

/**
 * A turn of the real gateway from message to end, with Clawback beside it and its recorder in it, against one with neither. Both
 * gateways answer in turn, so that whatever else the machine does meets both. Noise: what the plain one differs from itself
 * between the odd and the even turns.
 */
export async function gatewayTurn(): Promise<readonly Measure[]> {
  await openclawInstall('2026.3.13');
  await using model = await startScriptedModel();
  await using plain = prepareGateway({ modelUrl: model.baseUrl });
  await using watched = prepareGateway({ modelUrl: model.baseUrl, config: { plugins: {} } });
  const home = join(watched.env.HOME, 'clawback');
  await watched.configure();
  const env = { ...process.env, ...watched.env };
  const args = [program, '--json', '--home', home, '--state-dir', watched.stateDir, 'recorder', 'install', '--yes'];
  const installed = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  if (installed.status !== 0) throw new Error(`the recorder was not installed: ${installed.stdout}`);
  await plain.start();
  await watched.start();
  await using recorder = new RecorderProcess(watched.stateDir, home, 1_000, watched.env);
  await recorder.next(({ event, ...rest }) => event === 'status' && isListening(rest));
  using plainClient = await plain.connect();
  using watchedClient = await watched.connect();
  const clients = { plain: plainClient, watched: watchedClient };
  const times = { plain: [] as number[], watched: [] as number[] };
  for (let turn = 0; turn < WARM_UP + TURNS; turn += 1) {
    for (const side of turn % 2 === 0 ? (['plain', 'watched'] as const) : (['watched', 'plain'] as const)) {
      const startedAt = performance.now();
      const end = await clients[side].chat(`tell me about harbour ${turn}`, 'agent:main:main');
      if (end.state !== 'final') throw new Error(`a turn ended as ${end.state}: ${end.errorMessage}`);
      if (turn >= WARM_UP) times[side].push(performance.now() - startedAt);
    }
  }
  const odd = times.plain.filter((_, turn) => turn % 2 === 1);
  const even = times.plain.filter((_, turn) => turn % 2 === 0);
  const halves = [percentile(odd, 0.5), percentile(even, 0.5)];
  const noise = Math.max(...halves) / Math.min(...halves);
  const [plainMs, watchedMs] = [percentile(times.plain, 0.5), percentile(times.watched, 0.5)];
  return [
    {
      name: 'turn of the gateway with Clawback and its recorder, against without',
      value: watchedMs / plainMs,
      unit: 'x',
      // At least the spread that two runs of the same thing have on a quiet machine.
      budget: Number(Math.max(noise, 1.05).toFixed(3)),
      note: `medians ${ms(watchedMs)} against ${ms(plainMs)} of ${TURNS}; the plain one against itself ${noise.toFixed(3)}x`,
    },
  ];
}

function isListening(status: Readonly<Record<string, unknown>>): boolean {
  const sources = status.sources as
    | readonly { readonly witnesses: readonly { readonly kind: string; readonly state: string }[] }[]
    | undefined;
  const listening = (sources ?? []).flatMap(({ witnesses }) => witnesses).filter(({ state }) => state === 'listening');
  return ['gateway-stream', 'recorder-plugin'].every((kind) => listening.some((one) => one.kind === kind));
}
