import { appendLatency } from './append-latency.ts';
import { firstImport } from './first-import.ts';
import { gatewayTurn } from './gateway-turn.ts';
import { idleCost } from './idle-cost.ts';
import { type Measure, measuresTable, withVerdicts } from './measures.ts';
import { restoreLarge } from './restore-large.ts';
import { scrollFrames } from './scroll-frames.ts';
import { searchCost } from './search-cost.ts';
import { windowOpening } from './window-opening.ts';

/** `npm run bench [part …]`: every figure of one run on one machine; budgets are the ones of ARCHITECTURE.md. Ends with 0 when it ran. */
const parts: Record<string, () => Promise<readonly Measure[]>> = {
  append: async () => [await appendLatency(1_000), await appendLatency(250)],
  import: firstImport,
  search: searchCost,
  restore: restoreLarge,
  idle: idleCost,
  turn: gatewayTurn,
  window: windowOpening,
  scroll: scrollFrames,
};

const wanted = process.argv.slice(2);
const measures: Measure[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`measuring ${name} …\n`);
  measures.push(...(await measure()));
}
process.stdout.write(`${JSON.stringify(withVerdicts(measures))}\n\n${measuresTable(measures)}\n`);
