import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Environment } from './openclaw-home.ts';

/**
 * Files that OpenClaw may log to on the local day of `at`, whether they exist or not: the one of its configuration, else the dated one
 * below `/tmp/openclaw` or the user's own temporary directory (2026.3.13, 2026.9.6), and what launchd keeps of its output.
 */
export function openclawLogPaths(root: string, configured: string | undefined, env: Environment, at: number): readonly string[] {
  const service = ['gateway.log', 'gateway.err.log'].map((name) => join(root, 'logs', name));
  if (configured !== undefined) return [configured, ...service];
  const profile = /^\.openclaw-(.+)$/.exec(basename(root))?.[1];
  const names = [dated('openclaw', at), ...(profile === undefined ? [] : [dated(`openclaw-${profile}`, at)])];
  const uid = process.getuid?.();
  const own = [tmpdir(), ...(env.TMPDIR === undefined ? [] : [env.TMPDIR])].map((dir) =>
    join(dir, uid === undefined ? 'openclaw' : `openclaw-${uid}`),
  );
  const directories = ['/tmp/openclaw', ...own];
  return [...new Set([...directories.flatMap((directory) => names.map((name) => join(directory, name))), ...service])];
}

function dated(stem: string, at: number): string {
  const day = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${stem}-${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}.log`;
}
