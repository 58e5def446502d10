import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { CoreError, errnoOf } from '../platform/errors.ts';
import type { Catalog } from '../store/store.ts';
import type { MarkedMessage } from '../timeline-marks.ts';
import type { ExportFormat, GenerationSummary, SessionSummary } from '../types.ts';
import { html } from './html.ts';
import { markdown } from './markdown.ts';
import { refused } from './publishing.ts';
import {
  type Conversation,
  continuedText,
  continuesText,
  crashText,
  missingText,
  pauseText,
  type ReadableForm,
  type Reader,
  resetText,
} from './readable.ts';
import { chooseGeneration } from './restore-plan.ts';
import { isCleanAbsolute } from './safe-directory.ts';
import { type TargetDisk, targetDisk } from './target-disk.ts';
import { withHint } from './target-faults.ts';

export interface ExportRequest {
  readonly sessionRow: number;
  /** Ordinal. Default: `jsonl` the most complete generation, otherwise the conversation over all of them. */
  readonly generation?: number | 'all';
  /** `jsonl` is byte-exact. */
  readonly format: ExportFormat;
}

export interface ExportedFile {
  readonly path: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  readonly generation?: number;
}

/** Longer messages end at this many bytes in Markdown; the byte-exact form has no limit. */
const messageLimitBytes = 16 * 1024 * 1024;

/**
 * One export as a stream, e.g. for standard output.
 * Throws CoreError `not-found`, `buffer-damaged`, and `invalid` for `jsonl` of all generations, which is several files.
 */
export function exportChunks(catalog: Catalog, request: ExportRequest, reader: Reader): Iterable<Uint8Array> {
  const session = requireSession(catalog, request.sessionRow);
  if (request.format !== 'jsonl') return readable(catalog, session, request, reader);
  if (request.generation === 'all') {
    throw new CoreError('invalid', 'all versions of a conversation are several files', 'Name a file with --output.');
  }
  return contentOf(catalog, request.sessionRow, requireGeneration(catalog, request));
}

/**
 * Writes new files, never over one that exists, each whole or not at all. All generations as `jsonl` become
 * `<output without .jsonl>.g<ordinal>.jsonl` in order.
 *
 * Throws CoreError `not-found`, `invalid`, `target-exists`, `disk-full`, `not-permitted`, `mirror-damaged`.
 */
export function exportFiles(catalog: Catalog, request: ExportRequest, output: string, reader: Reader): readonly ExportedFile[] {
  checkOutput(output);
  const disk = targetDisk();
  try {
    if (request.format !== 'jsonl' || request.generation !== 'all')
      return [writeWhole(disk, output, exportChunks(catalog, request, reader))];
    requireSession(catalog, request.sessionRow);
    const stem = output.replace(/\.jsonl$/, '');
    const generations = catalog
      .generations(request.sessionRow)
      .filter(({ kind, records }) => kind === 'transcript' || records > 0)
      .toSorted((a, b) => a.ordinal - b.ordinal);
    const done: ExportedFile[] = [];
    try {
      for (const generation of generations) {
        const { ordinal } = generation;
        done.push({
          ...writeWhole(disk, `${stem}.g${ordinal}.jsonl`, contentOf(catalog, request.sessionRow, generation)),
          generation: ordinal,
        });
      }
    } catch (error) {
      for (const { path } of done) disk.unlink('export-discard', path);
      throw error;
    }
    return done;
  } catch (error) {
    throw withHint(error);
  }
}

/**
 * One file, written while other work goes on, whole or not at all. `replace`: in place of one that stands there.
 * Throws as `exportFiles` does.
 */
export async function exportOne(
  catalog: Catalog,
  request: ExportRequest & { readonly generation?: number },
  output: string,
  reader: Reader,
  replace = false,
): Promise<{ readonly path: string; readonly bytes: number; readonly messages: number }> {
  checkOutput(output);
  const session = requireSession(catalog, request.sessionRow);
  let messages = 0;
  const count = () => {
    messages += 1;
  };
  if (request.format === 'jsonl') messages = requireGeneration(catalog, request).records;
  const chunks = request.format === 'jsonl' ? exportChunks(catalog, request, reader) : readable(catalog, session, request, reader, count);
  const disk = targetDisk();
  const tmp = join(dirname(output), `.clawback-${randomUUID()}.tmp`);
  try {
    const { bytes } = await disk.createProven('export', tmp, chunks);
    publishExport(disk, tmp, output, replace);
    return { path: output, bytes, messages };
  } catch (error) {
    throw withHint(error);
  }
}

/** What no file ever held is told without the lines that were taken back: they stand in another generation. */
function contentOf(catalog: Catalog, sessionRow: number, { id, kind }: GenerationSummary): Iterable<Uint8Array> {
  return kind === 'transcript' ? catalog.bytes(id) : witnessedLines(catalog, sessionRow);
}

function* witnessedLines(catalog: Catalog, sessionRow: number): IterableIterator<Uint8Array> {
  for (const { bytes } of catalog.unpersistedLines(sessionRow)) yield Buffer.concat([bytes, Buffer.from('\n')]);
}

function checkOutput(output: string): void {
  if (isCleanAbsolute(output) && basename(output) !== '') return;
  throw new CoreError('invalid', 'an export needs the absolute path of a new file', 'Name one with --output.');
}

function writeWhole(disk: TargetDisk, path: string, chunks: Iterable<Uint8Array>): ExportedFile {
  const tmp = join(dirname(path), `.clawback-${randomUUID()}.tmp`);
  const written = disk.create('export', tmp, chunks);
  publishExport(disk, tmp, path, false);
  return { path, ...written };
}

function publishExport(disk: TargetDisk, tmp: string, path: string, replace: boolean): void {
  try {
    if (replace) disk.rename('export-publish', tmp, path);
    else disk.link('export-publish', tmp, path);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw refused('target-exists', `There is already a file at this path: ${path}`);
    throw error;
  } finally {
    disk.unlink('export-tidy', tmp);
  }
  disk.syncDirectory('export-sync', dirname(path));
}

const FORMS: Readonly<Record<Exclude<ExportFormat, 'jsonl'>, ReadableForm>> = { markdown, html };

/** A message at a time: the whole conversation may be larger than the memory. */
function* readable(
  catalog: Catalog,
  session: SessionSummary,
  { format, generation }: ExportRequest,
  reader: Reader,
  onMessage: () => void = () => undefined,
): IterableIterator<Uint8Array> {
  const form = FORMS[format === 'jsonl' ? 'markdown' : format];
  const request: ExportRequest = { sessionRow: session.id, format, ...(generation === undefined ? {} : { generation }) };
  const single = typeof generation === 'number' ? requireGeneration(catalog, request).id : undefined;
  const conversation = conversationOf(catalog, session);
  const marked = (text: string | undefined) => (text === undefined ? '' : form.marker(text));
  yield Buffer.from(form.heading(conversation, reader) + marked(continuesText(conversation, reader)));
  let before: number | undefined;
  for (const message of messagesOf(catalog, session.id, single)) {
    const text = message.truncated ? catalog.messageText(message.generationId, message.start, messageLimitBytes) : message.text;
    const between =
      marked(pauseText(before, message.at, reader)) + marked(resetText(message, reader)) + marked(missingText(message, reader));
    yield Buffer.from(between + form.message(message, text, reader) + marked(crashText(message, reader)));
    before = message.at ?? before;
    onMessage();
  }
  yield Buffer.from(marked(continuedText(conversation, reader)) + form.ending());
}

function conversationOf(catalog: Catalog, session: SessionSummary): Conversation {
  const continues = session.continues === undefined ? undefined : catalog.session(session.continues);
  const continuedBy = session.continuedBy === undefined ? undefined : catalog.session(session.continuedBy);
  return { session, ...(continues === undefined ? {} : { continues }), ...(continuedBy === undefined ? {} : { continuedBy }) };
}

function* messagesOf(catalog: Catalog, sessionRow: number, generationId: number | undefined): IterableIterator<MarkedMessage> {
  let cursor: number | undefined;
  do {
    const page = catalog.messages(sessionRow, {
      limit: 200,
      ...(generationId === undefined ? {} : { generationId }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}

function requireSession(catalog: Catalog, row: number): SessionSummary {
  const session = catalog.session(row);
  if (session !== undefined) return session;
  throw new CoreError('not-found', `no conversation ${row}`, 'List them: clawback sessions --all');
}

function requireGeneration(catalog: Catalog, request: ExportRequest): GenerationSummary {
  const ordinal = typeof request.generation === 'number' ? request.generation : undefined;
  const generation = chooseGeneration(catalog.generations(request.sessionRow), { ordinal });
  if (generation !== undefined) return generation;
  throw new CoreError('not-found', 'this conversation has no such version', 'Look at its versions: clawback show');
}
