import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startDemo } from './demo.ts';
import { describeAct } from './scenario.ts';

export { type Demo, type DemoOptions, startDemo } from './demo.ts';

/** Plays in the terminal until it is interrupted, for use with `clawback watch --state-dir`. */
async function playInTerminal(): Promise<void> {
  const beganAt = performance.now();
  const demo = await startDemo({
    begin: 'now',
    onAct: (act) => console.log(`${((performance.now() - beganAt) / 1000).toFixed(1).padStart(6)} s  ${describeAct(act)}`),
  });
  console.log(`state directory  ${demo.stateDir}\nbuffer directory ${demo.home}\n`);
  // Timers of a clock need not keep a process alive; the demo goes on until somebody ends it.
  const alive = setInterval(() => undefined, 60_000);
  const stop = () => {
    clearInterval(alive);
    demo.stop().catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await playInTerminal();
