/**
 * `npm run soak -- [MINUTES]`: a long normal conversation with the real OpenClaw, in which nothing may alarm anybody. Thirty minutes
 * unless said otherwise; three of them are part of `npm test`. `CLAWBACK_SEED=N` lives another life.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { openclawInstall } from '../../build/openclaw-install.ts';

const minutes = Number(process.argv[2] ?? 30);
if (!(minutes > 0)) {
  process.stderr.write('How many minutes? npm run soak -- 30\n');
  process.exit(2);
}
await openclawInstall('2026.3.13');
const vitest = resolve(import.meta.dirname, '../../node_modules/vitest/vitest.mjs');
const args = [vitest, 'run', '--project', 'soak'];
const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, CLAWBACK_SOAK_MINUTES: String(minutes) } });
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
