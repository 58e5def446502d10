import { dirname } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import type { RestoreDraft } from '../store/store.ts';
import { inspect, isUnchangedSince, notReadBack, publish, type RestoreTools, refused, removeScratch, type Settled } from './publishing.ts';
import type { PlannedContent } from './reading.ts';

/** Byte-exact into a file that does not exist yet. */
export async function writeFileTarget(tools: RestoreTools, draft: RestoreDraft, content: PlannedContent): Promise<void> {
  let published = false;
  try {
    const proven = await publish(tools, draft, content);
    published = true;
    if (!isUnchangedSince(draft, proven)) throw notReadBack();
    tools.record(draft.id, 'verified');
  } catch (error) {
    if (published) tools.disk.unlink('take-back', draft.path);
    tools.record(draft.id, 'failed', errnoOf(error) ?? 'io');
    throw error;
  }
}

/** After a crash: the file is whole once it has its name, so it is finished or there is nothing. */
export function settleFileTarget(tools: RestoreTools, draft: RestoreDraft, phase: 'planned' | 'written' | 'linked'): Settled {
  removeScratch(tools, draft);
  tools.disk.syncDirectory('recover-sync', dirname(draft.path));
  const finished = phase !== 'planned' && inspect(draft).is === 'intact';
  if (finished) tools.record(draft.id, 'verified');
  else tools.record(draft.id, 'failed', 'interrupted');
  return finished ? 'verified' : 'failed';
}

export function undoFileTarget(tools: RestoreTools, draft: RestoreDraft): void {
  const file = inspect(draft);
  if (file.is === 'grown' || file.is === 'other') throw refused('target-changed', 'The restored file was changed since.');
  tools.disk.unlink('undo-file', draft.path);
  tools.disk.syncDirectory('undo-sync', dirname(draft.path));
  tools.record(draft.id, 'undone');
}
