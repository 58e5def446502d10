import { createHash } from 'node:crypto';
import { errnoOf } from '../platform/errors.ts';
import type { Catalog } from '../store/store.ts';
import type { GenerationSummary, RestoreTarget } from '../types.ts';
import { type BuildOptions, buildConversation, type CapturedLine, type ConversationSurvey, startSurvey } from './conversation-builder.ts';
import { gather } from './target-disk.ts';
import { readTranscriptLine } from './transcript-line.ts';
import type { WitnessedLine } from './witnessed-line.ts';

/** What a conversation is put together from. */
export interface Composition {
  /** `undefined`: no transcript of it was ever seen. */
  readonly base: Pick<GenerationSummary, 'id' | 'bytes' | 'records'> | undefined;
  readonly witnessed: readonly WitnessedLine[];
}

/** What a restore would write. */
export interface Prepared {
  readonly form: 'verbatim' | 'rebuilt';
  readonly changes: readonly string[];
  readonly messages: number;
  /** Of these, the ones that OpenClaw never wrote. */
  readonly unpersisted: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/**
 * Throws CoreError `buffer-damaged`. A file gets the captured bytes as they are where OpenClaw wrote them all, a session what
 * OpenClaw accepts. Lets other work run in between: 100 MB take seconds, and capture must go on meanwhile.
 */
export async function prepare(catalog: Catalog, composition: Composition, target: RestoreTarget, options: BuildOptions): Promise<Prepared> {
  const { base, witnessed } = composition;
  // Only OpenClaw is particular about what the lines say; reading them would take ten times as long as copying them.
  if (target === 'file' && witnessed.length === 0 && base !== undefined) {
    return {
      form: 'verbatim',
      changes: [],
      messages: base.records,
      unpersisted: 0,
      ...(await digested(catalog.bytesAhead(base.id, base.bytes))),
    };
  }
  const survey = await surveyed(catalog, composition, options);
  const { form, changes, messages, unpersisted } = survey;
  const content = contentOf(catalog, composition, form === 'verbatim' ? undefined : survey);
  return { form, changes, messages, unpersisted, ...(await digested(content)) };
}

async function digested(content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Pick<Prepared, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  let pending = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    bytes += chunk.length;
    pending += chunk.length;
    if (pending < turnBytes) continue;
    pending = 0;
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
  composition: Composition,
  form: 'verbatim' | 'rebuilt',
  options: BuildOptions,
): Promise<PlannedContent> {
  const { base } = composition;
  const survey = form === 'verbatim' ? undefined : await surveyed(catalog, composition, options);
  const asCaptured = () => (base === undefined ? [] : catalog.bytes(base.id, base.bytes, { unchecked: true }));
  return {
    bytes: survey === undefined ? asCaptured() : built(catalog, base, survey),
    checkedSha256: async () => (await digested(contentOf(catalog, composition, survey))).sha256,
  };
}

async function surveyed(catalog: Catalog, { base, witnessed }: Composition, options: BuildOptions): Promise<ConversationSurvey> {
  const survey = startSurvey(options, witnessed);
  let pending = 0;
  for (const line of base === undefined ? [] : capturedLines(catalog, base.id, base.bytes)) {
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

function contentOf(
  catalog: Catalog,
  { base }: Composition,
  survey: ConversationSurvey | undefined,
): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (survey === undefined) return base === undefined ? [] : catalog.bytesAhead(base.id, base.bytes);
  return gather(built(catalog, base, survey));
}

function built(catalog: Catalog, base: Composition['base'], survey: ConversationSurvey): Iterable<Uint8Array> {
  return buildConversation(base === undefined ? [] : capturedLines(catalog, base.id, base.bytes), survey);
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
