import type { SourceLayout } from '../types.ts';
import { openclawJsonl } from './openclaw-jsonl.ts';
import type { ParsedLine, TranscriptSource } from './source.ts';

/** Every layout that Clawback mirrors. A new one is added here and nowhere else. */
export const sources: Readonly<Record<SourceLayout, TranscriptSource>> = { 'openclaw-jsonl': openclawJsonl };

/** A `ParseLine` of the store. Total, like every source's parser. */
export const parseLine = (layout: SourceLayout, line: Uint8Array): ParsedLine => sources[layout].parse(line);
