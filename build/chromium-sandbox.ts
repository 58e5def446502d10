/**
 * Whether Chromium's sandbox can run here. It needs user namespaces, or its helper `chrome-sandbox` owned by root with the
 * setuid bit; with neither, Electron aborts on start with a message that few people can act on.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './command.ts';

export interface SandboxFacts {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  readonly userNamespaces: boolean;
  readonly setuidHelper: boolean;
  /** The kernel setting that forbids user namespaces to ordinary users, with the value that allows them. */
  readonly forbiddenBy?: string;
  readonly helperPath: string;
}

export type SandboxPlan =
  | { readonly is: 'sandboxed' }
  | { readonly is: 'unsandboxed'; readonly because: string }
  | { readonly is: 'refused'; readonly because: string; readonly remedy: string };

/** Pure. Only root on Linux goes without: Chromium refuses to sandbox root at all. */
export function sandboxPlan(facts: SandboxFacts): SandboxPlan {
  if (facts.platform !== 'linux') return { is: 'sandboxed' };
  if (facts.isRoot) {
    return {
      is: 'unsandboxed',
      because: 'Running as root: Chromium cannot sandbox root, so its windows run without the sandbox (--no-sandbox).',
    };
  }
  if (facts.userNamespaces || facts.setuidHelper) return { is: 'sandboxed' };
  const remedy =
    facts.forbiddenBy === undefined
      ? `sudo chown root:root ${facts.helperPath} && sudo chmod 4755 ${facts.helperPath}`
      : `sudo sysctl -w ${facts.forbiddenBy}`;
  return {
    is: 'refused',
    because: "This system does not let an ordinary user create the namespaces that Chromium's sandbox needs.",
    remedy,
  };
}

/** Asks the system itself; the settings only serve to name the remedy. */
export async function sandboxFacts(dist: string): Promise<SandboxFacts> {
  const helperPath = path.join(dist, 'chrome-sandbox');
  const forbiddenBy = forbiddingSetting();
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    userNamespaces: process.platform === 'linux' && (await canMakeUserNamespace(forbiddenBy)),
    setuidHelper: isSetuidRoot(helperPath),
    helperPath,
    ...(forbiddenBy === undefined ? {} : { forbiddenBy }),
  };
}

/** Mapping root matters: Ubuntu's AppArmor rule lets the namespace be made and forbids its use. */
async function canMakeUserNamespace(forbiddenBy: string | undefined): Promise<boolean> {
  const probe = await runCommand('unshare', ['--user', '--map-root-user', 'true']);
  const unshareIsMissing = probe.status === 127;
  return unshareIsMissing ? forbiddenBy === undefined : probe.status === 0;
}

const settings = [
  { file: '/proc/sys/kernel/unprivileged_userns_clone', forbids: '0', remedy: 'kernel.unprivileged_userns_clone=1' },
  {
    file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    forbids: '1',
    remedy: 'kernel.apparmor_restrict_unprivileged_userns=0',
  },
  { file: '/proc/sys/user/max_user_namespaces', forbids: '0', remedy: 'user.max_user_namespaces=15000' },
] as const;

/** The sysctl assignment that would let ordinary users make user namespaces; undefined when no setting forbids them. */
export function forbiddingSetting(): string | undefined {
  return settings.find(({ file, forbids }) => existsSync(file) && readFileSync(file, 'utf8').trim() === forbids)?.remedy;
}

function isSetuidRoot(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && stat.uid === 0 && (stat.mode & 0o4001) === 0o4001;
}
