import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { ExportFormat } from '../core/types.ts';
import { diagnostics } from './commands/diagnostics.ts';
import { type EraseOptions, erase } from './commands/erase.ts';
import { exportSession } from './commands/export.ts';
import { type ForgetOptions, forget } from './commands/forget.ts';
import { dismiss, incidents } from './commands/incidents.ts';
import { prompt } from './commands/prompt.ts';
import { rebuildIndex } from './commands/rebuild-index.ts';
import { type RecorderOptions, recorder } from './commands/recorder.ts';
import { recover } from './commands/recover.ts';
import { restore, undo } from './commands/restore.ts';
import { search } from './commands/search.ts';
import { selfTest } from './commands/self-test.ts';
import { type SessionsOptions, sessions } from './commands/sessions.ts';
import { show } from './commands/show.ts';
import { status } from './commands/status.ts';
import { type Confirmable, moveStorage, startStorageAnew, storage } from './commands/storage.ts';
import { verify } from './commands/verify.ts';
import { type WatchOptions, watch } from './commands/watch.ts';
import { type Context, contextOf, DEFAULT_FLUSH_INTERVAL_MS, type GlobalOptions } from './context.ts';
import { Output } from './output.ts';
import { parseSince } from './since.ts';

const USAGE_ERROR = 2;

/** The `clawback` command. Exit codes: 0 done, 1 refused or failed, 2 usage. */
function program(): Command {
  const command = new Command('clawback')
    .description('A flight recorder for OpenClaw conversations.')
    .version(packageJson.version)
    .option('--state-dir <dir>', 'OpenClaw state directory to protect; repeatable (default: found by itself)', collect)
    .option('--home <dir>', "Clawback's own directory (default: CLAWBACK_HOME, else the platform's)")
    .option('--json', 'answer in JSON')
    .exitOverride()
    .showHelpAfterError('Run `clawback --help` to see every command.')
    .helpCommand(false);
  command
    .command('watch')
    .description('protect in the foreground until Ctrl+C')
    .option('--flush-interval <ms>', 'at most this old when durable, 250 to 30000', flushInterval, DEFAULT_FLUSH_INTERVAL_MS)
    .option('--ignore-agent <agent>', 'save nothing of this agent; repeatable', collect)
    .option('--ignore-key <key>', 'save nothing of chats with this key, such as "agent:main:telegram:*"; repeatable', collect)
    .option('--ignore-session <id>', 'save nothing of this session; repeatable', collect)
    .action(run((context, options: WatchOptions) => watch(context, options)));
  command.command('status').description('what is protected, and since when').action(run(status));
  command
    .command('sessions')
    .description('conversations that are saved')
    .option('--all', 'also those that OpenClaw archived or replaced')
    .option('--agent <name>', 'of this agent')
    .option('--only-here', 'with messages that no file on disk holds any more, whatever has become of it')
    .option('--since <date>', 'added to on this day or later: 2026-03-14, or 2026-03-14T09:30 (of this machine)', since)
    .action(run((context, options: SessionsOptions) => sessions(context, options)));
  command.command('show <conversation>').description('read a conversation, by its number, id or incident').action(withReference(show));
  command
    .command('incidents')
    .description('what needs you')
    .option('--all', 'also quiet history and what is solved')
    .action(run((context, { all }: { all?: boolean }) => incidents(context, all === true)));
  command
    .command('restore <incident-or-conversation>')
    .description('put a conversation back')
    .option('--generation <n>', 'which incarnation of its file', generationNumber)
    .option('--dry-run', 'show what would happen')
    .addOption(new Option('--to <target>', 'where to').choices(['new-session', 'same-session', 'file']))
    .option('--output <file>', 'with --to file')
    .option('--restart-gateway', 'OpenClaw may be stopped for it and started again')
    .option('--yes', 'do not ask')
    .action(withReference(restore));
  command
    .command('recover <incident>')
    .description('put everything back that an incident about many conversations lost')
    .option('--dry-run', 'show what would happen')
    .option('--restart-gateway', 'OpenClaw may be stopped for it and started again')
    .option('--yes', 'do not ask')
    .action(withReference(recover));
  command.command('undo <restore>').description('take a restore back').action(withReference(undo));
  command.command('dismiss <incident>').description('stop showing an incident; what was saved stays').action(withReference(dismiss));
  command
    .command('export <conversation>')
    .description('write a conversation out: byte-exact jsonl, or Markdown or HTML to read')
    .option('--generation <n|all>', 'which incarnation of its file', generationOrAll)
    .option('--format <format>', 'jsonl (byte-exact), markdown or html', exportFormat, 'jsonl')
    .option('--output <file>', 'default: standard output')
    .action(withReference(exportSession));
  command
    .command('prompt <conversation>')
    .description('a text to paste into a new chat, so that it goes on from here')
    .action(withReference(prompt));
  command
    .command('forget <conversation>')
    .description('erase what is saved of a conversation, for good, and never save it again')
    .option('--set-aside', 'also remove buffers that were set aside as damaged, which may hold it too')
    .option('--yes', 'do not ask')
    .action(withReference<string, ForgetOptions>(forget));
  command
    .command('search <text...>')
    .description('find words in everything that was saved')
    .action(withReference((context, words: string[]) => search(context, words.join(' '))));
  addRecorder(command);
  addStorage(command);
  command.command('verify').description('check every saved byte against its hash').action(run(verify));
  command.command('rebuild-index').description('build anew what search looks into').action(run(rebuildIndex));
  command.command('self-test').description('lose a conversation of its own on purpose, and restore it').action(run(selfTest));
  command
    .command('diagnostics')
    .description('write a file for a report of a fault, without any text of conversations')
    .option('--output <file>', 'default: clawback-diagnostics-<time>.json in this folder')
    .action(run(diagnostics));
  return command;
}

/** The one part that is opt-in: it needs a change of OpenClaw's own configuration. */
function addRecorder(command: Command): void {
  const plugin = command
    .command('recorder')
    .description('the OpenClaw plugin that also sees what OpenClaw fails to save')
    .helpCommand(false);
  const change = (action: 'install' | 'remove', description: string) =>
    plugin
      .command(action)
      .description(description)
      .option('--yes', 'do not ask')
      .action(run((context, options: RecorderOptions) => recorder(context, action, options)));
  change('install', "show the change of OpenClaw's configuration, ask, and make it");
  change('remove', 'take that change back');
  plugin
    .command('status')
    .description('whether OpenClaw loads it, and what it has recorded')
    .action(run((context) => recorder(context, 'status', {})));
}

function addStorage(command: Command): void {
  const place = command.command('storage').description('where the buffer is, and what it takes').helpCommand(false).action(run(storage));
  place
    .command('move <folder>')
    .description('move the buffer to another folder, also while Clawback runs')
    .option('--yes', 'do not ask')
    .action(withReference<string, Confirmable>((context, folder, options) => moveStorage(context, resolve(folder), options)));
  place
    .command('anew')
    .description('begin an empty buffer, where the disk of the old one is lost')
    .option('--yes', 'do not ask')
    .action(run(startStorageAnew));
  command
    .command('erase')
    .description('erase everything that was saved, for good')
    .option('--all', 'all of it; there is no part')
    .option('--yes', 'do not ask')
    .action(run((context, options: EraseOptions) => erase(context, options)));
}

type Action<O> = (context: Context, options: O) => void | Promise<void>;

function run<O>(action: Action<O>): (options: O, command: Command) => Promise<void> {
  return (options, command) => perform(command, (context) => action(context, options));
}

function withReference<R, O>(
  action: (context: Context, reference: R, options: O) => void | Promise<void>,
): (reference: R, options: O, command: Command) => Promise<void> {
  return (reference, options, command) => perform(command, (context) => action(context, reference, options));
}

async function perform(command: Command, action: (context: Context) => void | Promise<void>): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>();
  try {
    await action(contextOf(options));
  } catch (error) {
    new Output(options.json === true).failure(error);
  }
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

function flushInterval(value: string): number {
  const ms = Number(value);
  if (!Number.isFinite(ms) || ms < 250 || ms > 30_000) throw new InvalidArgumentError('It is 250 to 30000 milliseconds.');
  return ms;
}

function since(value: string): number {
  const at = parseSince(value);
  if (at === undefined) throw new InvalidArgumentError('It is a day such as 2026-03-14, or a time of it such as 2026-03-14T09:30.');
  return at;
}

function generationNumber(value: string): number {
  const generation = Number(value);
  if (!Number.isSafeInteger(generation) || generation < 1) throw new InvalidArgumentError('It is a number from 1 up.');
  return generation;
}

function exportFormat(value: string): ExportFormat {
  if (value === 'md') return 'markdown';
  if (value === 'jsonl' || value === 'markdown' || value === 'html') return value;
  throw new InvalidArgumentError('It is jsonl, markdown or html.');
}

function generationOrAll(value: string): number | 'all' {
  // 0: what only witnesses saw, which is in no file.
  return value === 'all' ? 'all' : value === '0' ? 0 : generationNumber(value);
}

/** Whoever asked for JSON gets it for a mistake in the arguments too; the words for people are on standard error. */
function tellUsage(error: CommanderError): void {
  const message = error.code === 'commander.help' ? 'no command was given' : error.message.replace(/^error: /, '');
  const hint = 'Run `clawback --help` to see every command.';
  process.stdout.write(`${JSON.stringify({ ok: false, error: { code: 'usage', message, hint } })}\n`);
}

for (const stream of [process.stdout, process.stderr]) {
  // A reader that went away (`| head`) has seen enough.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await program().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR;
  if (error.exitCode !== 0 && process.argv.includes('--json')) tellUsage(error);
}
