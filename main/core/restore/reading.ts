import { createHash } from 'node:crypto';
import { errnoOf } from '../platform/errors.ts';
import type { Catalog } from '../store/store.ts';
import type { GenerationSummary, RestoreTarget } from '../types.ts';
import {
  type BuildOptions,
  buildConversation,
  type CapturedLine,
  type ConversationSurvey,
  surveyConversation,
} from './conversation-builder.ts';
import { readTranscriptLine } from './transcript-line.ts';

/** What a restore would write. */
export interface Prepared {
  readonly form: 'verbatim' | 'rebuilt';
  readonly changes: readonly string[];
  readonly messages: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Streams the bytes anew, every chunk checked against its hash. */
  readonly content: () => Iterable<Uint8Array>;
}

/** Throws CoreError `buffer-damaged`. A file gets the captured bytes as they are, a new session what OpenClaw accepts. */
export function prepare(catalog: Catalog, generationId: number, upTo: number, target: RestoreTarget, options: BuildOptions): Prepared {
  const survey = surveyConversation(capturedLines(catalog, generationId, upTo), options);
  const form = target === 'file' ? 'verbatim' : survey.form;
  const content = () => contentOf(catalog, generationId, upTo, form === 'verbatim' ? undefined : survey);
  const hash = createHash('sha256');
  let bytes = 0;
  for (const chunk of content()) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const changes = form === 'verbatim' ? [] : survey.changes;
  return { form, changes, messages: survey.messages, bytes, sha256: hash.digest('hex'), content };
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
