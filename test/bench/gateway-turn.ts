import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openclawInstall } from '../../build/openclaw-install.ts';
import type { GatewayClient } from '../support/gateway-client.ts';
import { type OpenClawGateway, prepareGateway } from '../support/openclaw-gateway.ts';
import { startScriptedModel } from '../support/scripted-model.ts';
import type { Measure } from './measures.ts';
import { median, type PairedDifference, pairedDifference } from './paired-rounds.ts';
import { RecorderProcess } from './recorder-process.ts';

const ROUNDS = 24;
const WARM_UP_ROUNDS = 2;
/** One after the other, so that a flush of Clawback and several of its looks fall into them. */
const TURNS_OF_A_ROUND = 15;
/** Longer than the flush interval: what is left to do of one gateway's turns must not slow down another one's. */
const PAUSE_MS = 1_100;
const SESSION = 'agent:main:main';
const program = join(import.meta.dirname, '../../main/cli/index.ts');

/** One gateway, and of each round the mean time of its turns in ms. */
interface Side {
  readonly client: GatewayClient;
  readonly rounds: number[];
}

/**
 * A turn of the real gateway from message to end, with Clawback beside it and its recorder in it, against one with neither: what it
 * takes longer than the mean of two plain gateways. Two processes of the same program differ by themselves; the noise is how far the two
 * plain ones do in the same run: the farther end of the 95 % interval of their median difference. All three load plugins, and take turns
 * in changing order.
 */
export async function gatewayTurn(): Promise<readonly Measure[]> {
  await openclawInstall('2026.3.13');
  await using model = await startScriptedModel();
  const options = { modelUrl: model.baseUrl, config: { plugins: {} } };
  await using one = prepareGateway(options);
  await using other = prepareGateway(options);
  await using watched = prepareGateway(options);
  const home = join(watched.env.HOME, 'clawback');
  await installRecorder(watched, home);
  for (const gateway of [one, other, watched]) await gateway.start();
  await using recorder = new RecorderProcess(watched.stateDir, home, 1_000, watched.env);
  await recorder.next(({ event, ...rest }) => event === 'status' && isListening(rest));
  using oneClient = await one.connect();
  using otherClient = await other.connect();
  using watchedClient = await watched.connect();
  const sides: readonly Side[] = [oneClient, otherClient, watchedClient].map((client) => ({ client, rounds: [] }));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    for (const side of inTurn(sides, round)) {
      const meanMs = await playRound(side.client);
      if (round >= WARM_UP_ROUNDS) side.rounds.push(meanMs);
      await pause(PAUSE_MS);
    }
  }
  const [a = [], b = [], w = []] = sides.map(({ rounds }) => rounds);
  const noise = pairedDifference(a, b);
  const cost = pairedDifference(
    w,
    a.map((ms, round) => (ms + (b[round] ?? Number.NaN)) / 2),
  );
  const parts = [
    `of ${ROUNDS * TURNS_OF_A_ROUND} turns each, medians ${median(w).toFixed(1)} ms with, ${median(a).toFixed(1)} and ${median(b).toFixed(1)} ms without`,
    `with minus each ${said(pairedDifference(w, a))} and ${said(pairedDifference(w, b))}`,
    `with minus both ${said(cost)}`,
    `one without minus the other ${said(noise)}`,
  ];
  return [
    {
      name: 'what Clawback and its recorder add to a turn of the gateway',
      value: cost.median,
      unit: 'ms',
      budget: Number(Math.max(Math.abs(noise.from), Math.abs(noise.to)).toFixed(2)),
      note: parts.join('; '),
    },
  ];
}

/** A new conversation, so that no round is longer than the first; its first turn is not counted. */
async function playRound(client: GatewayClient): Promise<number> {
  await client.request('sessions.reset', { key: SESSION });
  await playTurn(client);
  const startedAt = performance.now();
  for (let turn = 0; turn < TURNS_OF_A_ROUND; turn += 1) await playTurn(client);
  return (performance.now() - startedAt) / TURNS_OF_A_ROUND;
}

async function playTurn(client: GatewayClient): Promise<void> {
  const end = await client.chat('tell me about the harbour', SESSION);
  if (end.state !== 'final') throw new Error(`a turn ended as ${end.state}: ${end.errorMessage}`);
}

/** Each is as often the first, the second and the third, and follows each of the others as often. */
function inTurn<T>(items: readonly T[], round: number): readonly T[] {
  const first = round % items.length;
  const rotated = [...items.slice(first), ...items.slice(0, first)];
  return Math.floor(round / items.length) % 2 === 0 ? rotated : rotated.reverse();
}

function said({ median, from, to }: PairedDifference): string {
  return `${median.toFixed(2)} ms (${from.toFixed(2)} to ${to.toFixed(2)})`;
}

async function installRecorder(gateway: OpenClawGateway, home: string): Promise<void> {
  await gateway.configure();
  const env = { ...process.env, ...gateway.env };
  const args = [program, '--json', '--home', home, '--state-dir', gateway.stateDir, 'recorder', 'install', '--yes'];
  const installed = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  if (installed.status !== 0) throw new Error(`the recorder was not installed: ${installed.stdout}`);
}

function isListening(status: Readonly<Record<string, unknown>>): boolean {
  const sources = status.sources as
    | readonly { readonly witnesses: readonly { readonly kind: string; readonly state: string }[] }[]
    | undefined;
  const listening = (sources ?? []).flatMap(({ witnesses }) => witnesses).filter(({ state }) => state === 'listening');
  return ['gateway-stream', 'recorder-plugin'].every((kind) => listening.some((one) => one.kind === kind));
}
