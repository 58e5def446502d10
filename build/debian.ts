/**
 * The Debian packages that a task needs: looked up with dpkg, installed when this user may, named in one exact command otherwise.
 */
import { runCommand } from './command.ts';
import { BuildError } from './project.ts';

/** What Electron links against but a Debian server or container does not have. */
export const electronLibraries = [
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libnotify4',
  'libxtst6',
  'libdrm2',
  'libx11-xcb1',
] as const;

/** A screen, a session bus and the fonts of the windows, for end-to-end tests without a desktop. */
export const desktopPackages = ['xvfb', 'xauth', 'dbus', 'fonts-inter', 'fonts-dejavu-core'] as const;

/** A plain browser and all fonts that the pictures of the windows are drawn with. */
export const browserPackages = ['chromium', 'fonts-inter', 'fonts-dejavu-core', 'fonts-noto-cjk'] as const;

/** For the one native build of the tests; the headers come with Node itself. */
export const compilerPackages = ['g++', 'make', 'python3'] as const;

export type InstallRoute = 'root' | 'sudo' | 'none';

/** Pure: the command that installs the packages, as a person would type it. */
export function installCommand(packages: readonly string[], route: InstallRoute): string {
  const prefix = route === 'root' ? '' : 'sudo ';
  return `${prefix}apt-get update && ${prefix}apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format, not a template
const dpkgFormat = '${Package} ${db:Status-Status}\n';

/** True on Debian and what descends from it. */
export async function isDebian(): Promise<boolean> {
  return process.platform === 'linux' && (await runCommand('dpkg', ['--version'])).status === 0;
}

/** Which of the packages are not installed. Debian 13 and Ubuntu 24.04 renamed some libraries (`t64`); both names count. */
export async function missingPackages(packages: readonly string[]): Promise<readonly string[]> {
  const names = packages.flatMap((name) => [name, `${name}t64`]);
  const query = await runCommand('dpkg-query', ['-W', '-f', dpkgFormat, ...names]);
  const installed = new Set(
    query.stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.slice(0, line.indexOf(' '))),
  );
  return packages.filter((name) => !installed.has(name) && !installed.has(`${name}t64`));
}

/**
 * Installs what is missing when this user is root or has sudo without a password; else throws a `BuildError` with the command.
 * Gives the names that it installed.
 */
export async function ensurePackages(packages: readonly string[], purpose: string): Promise<readonly string[]> {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return [];
  const route = await installRoute();
  if (route === 'none') {
    const typed = installCommand(await availableNames(missing), route);
    throw new BuildError(`${purpose} needs Debian packages that are not installed: ${missing.join(', ')}.`, typed);
  }
  process.stderr.write(`Installing Debian packages for ${purpose}: ${missing.join(' ')}\n`);
  await aptGet(['update', '-qq'], route);
  const names = await availableNames(missing);
  await aptGet(['install', '-y', '-qq', '--no-install-recommends', ...names], route);
  return names;
}

async function aptGet(args: readonly string[], route: InstallRoute): Promise<void> {
  const quiet = 'DEBIAN_FRONTEND=noninteractive';
  const prefix = route === 'root' ? ['env', quiet] : ['sudo', '-n', 'env', quiet];
  const [command = 'env', ...rest] = [...prefix, 'apt-get', ...args];
  const result = await runCommand(command, rest, { timeoutMs: 900_000 });
  if (result.status === 0) return;
  const typed = `${route === 'root' ? '' : 'sudo '}apt-get ${args.join(' ')}`;
  throw new BuildError(`apt-get ${args[0]} failed:\n${result.output.trimEnd().split('\n').slice(-8).join('\n')}`, typed);
}

/** The name under which this release has each package: `libasound2` is `libasound2t64` from Debian 13 and Ubuntu 24.04 on. */
async function availableNames(packages: readonly string[]): Promise<readonly string[]> {
  const policy = await runCommand('apt-cache', ['policy', ...packages.flatMap((name) => [name, `${name}t64`])], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  return installableNames(packages, policy.stdout);
}

/** Pure: reads `apt-cache policy`. A package that it does not know keeps its name, so that apt itself says what is wrong. */
export function installableNames(packages: readonly string[], policyOutput: string): readonly string[] {
  const candidates = new Set<string>();
  let current = '';
  for (const line of policyOutput.split('\n')) {
    if (/^\S+:$/.test(line)) current = line.slice(0, -1);
    else if (/^ {2}Candidate: (?!\(none\))/.test(line)) candidates.add(current);
  }
  return packages.map((name) => (!candidates.has(name) && candidates.has(`${name}t64`) ? `${name}t64` : name));
}

async function installRoute(): Promise<InstallRoute> {
  if (process.getuid?.() === 0) return 'root';
  return (await runCommand('sudo', ['-n', 'true'])).status === 0 ? 'sudo' : 'none';
}
