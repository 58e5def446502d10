import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Clawback's own directory: `--home`, else CLAWBACK_HOME, else the platform's place for application data. Absolute. */
export function clawbackHome(env: NodeJS.ProcessEnv, explicit?: string): string {
  const chosen = explicit ?? env.CLAWBACK_HOME;
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  const user = env.HOME ?? homedir();
  if (process.platform === 'darwin') return join(user, 'Library', 'Application Support', 'Clawback');
  const dataHome = env.XDG_DATA_HOME;
  return join(dataHome !== undefined && dataHome !== '' ? dataHome : join(user, '.local', 'share'), 'clawback');
}
