import { createHash } from 'node:crypto';
import { errnoOf } from '../platform/errors.ts';
import type { Catalog } from '../store/store.ts';
import type { GenerationSummary, RestoreTarget } from '../types.ts';
import { type BuildOptions, buildConversation, type CapturedLine, type ConversationSurvey, startSurvey } from './conversation-builder.ts';
import { gather } from './target-disk.ts';
import { readTranscriptLine } from './transcript-line.ts';

/** What a restore would write. */
export interface Prepared {
  readonly form: 'verbatim' | 'rebuilt';
  readonly changes: readonly string[];
  readonly messages: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/**
 * Throws CoreError `buffer-damaged`. A file gets the captured bytes as they are, a new session what OpenClaw accepts.
 * Lets other work run in between: 100 MB take seconds, and capture must go on meanwhile.
 */
export async function prepare(
  catalog: Catalog,
  generation: Pick<GenerationSummary, 'id' | 'bytes' | 'records'>,
  target: RestoreTarget,
  options: BuildOptions,
): Promise<Prepared> {
  const { id, bytes: upTo, records } = generation;
  // Only OpenClaw is particular about what the lines say; reading them would take ten times as long as copying them.
  if (target === 'file') return { form: 'verbatim', changes: [], messages: records, ...(await digested(catalog.bytes(id, upTo))) };
  const survey = await surveyed(catalog, id, upTo, options);
  const { form, changes, messages } = survey;
  return { form, changes, messages, ...(await digested(contentOf(catalog, id, upTo, form === 'verbatim' ? undefined : survey))) };
}

async function digested(content: Iterable<Uint8Array>): Promise<Pick<Prepared, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const chunk of gather(content)) {
    hash.update(chunk);
    bytes += chunk.length;
    await othersTurn();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** The bytes of a plan once more. What they hash to is for the caller to compare with the plan. */
export interface PlannedContent {
  /** Not checked against the hashes of their chunks: the comparison of the whole proves as much. */
  readonly bytes: Iterable<Uint8Array>;
  /** What the recording hashes to now, to tell why the comparison failed. Throws CoreError `buffer-damaged`. */
  checkedSha256(): Promise<string>;
}

export async function plannedContent(
  catalog: Catalog,
  plan: { readonly generationId: number; readonly upTo: number; readonly form: 'verbatim' | 'rebuilt' },
  options: BuildOptions,
): Promise<PlannedContent> {
  const { generationId, upTo, form } = plan;
  const survey = form === 'verbatim' ? undefined : await surveyed(catalog, generationId, upTo, options);
  const checked = () => contentOf(catalog, generationId, upTo, survey);
  return {
    bytes: survey === undefined ? catalog.bytes(generationId, upTo, { unchecked: true }) : checked(),
    checkedSha256: async () => (await digested(checked())).sha256,
  };
}

async function surveyed(catalog: Catalog, generationId: number, upTo: number, options: BuildOptions): Promise<ConversationSurvey> {
  const survey = startSurvey(options);
  let pending = 0;
  for (const line of capturedLines(catalog, generationId, upTo)) {
    survey.take(line);
    pending += line.bytes.length;
    if (pending < turnBytes) continue;
    pending = 0;
    await othersTurn();
  }
  return survey.finish();
}

/** About 10 ms of work. */
const turnBytes = 256 * 1024;

function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Working folder in the header of any generation of the conversation: a headerless one has none of its own. */
export function workingFolder(catalog: Catalog, generations: readonly GenerationSummary[]): string | undefined {
  for (const generation of generations) {
    for (const line of capturedLines(catalog, generation.id, generation.bytes)) {
      const read = readTranscriptLine(line.bytes);
      if (read.is === 'header' && read.cwd !== undefined) return read.cwd;
      break;
    }
  }
  return undefined;
}

export function isDamage(error: unknown): boolean {
  return errnoOf(error) === 'buffer-damaged';
}

function contentOf(catalog: Catalog, generationId: number, upTo: number, survey: ConversationSurvey | undefined): Iterable<Uint8Array> {
  return survey === undefined ? catalog.bytes(generationId, upTo) : buildConversation(capturedLines(catalog, generationId, upTo), survey);
}

/** Cut from the checked bytes: whole lines of any length, line ends as captured. */
function capturedLines(catalog: Catalog, generationId: number, upTo: number): IterableIterator<CapturedLine> {
  return splitLines(catalog.bytes(generationId, upTo));
}

export function* splitLines(chunks: Iterable<Uint8Array>): IterableIterator<CapturedLine> {
  let begun: Uint8Array[] = [];
  for (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const rest = chunk.subarray(from, end);
      yield { bytes: begun.length === 0 ? rest : Buffer.concat([...begun, rest]), terminated: true };
      begun = [];
      from = end + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
  if (begun.length > 0) yield { bytes: Buffer.concat(begun), terminated: false };
}
