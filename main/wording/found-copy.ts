import type { CoreStatus } from '../core/types.ts';
import type { Messages } from './catalogue.ts';

/** What was there when Clawback came, in one sentence; it says that all is saved only when it is. */
export function foundCopy({ status: text }: Messages, status: CoreStatus): string {
  const conversations = status.sources.reduce((sum, source) => sum + source.sessions, 0);
  const unlisted = status.sources.reduce((sum, source) => sum + (source.unlisted ?? 0), 0);
  const found = text.found(conversations, unlisted);
  return isAllSaved(status) ? text.foundAndSaved(found) : found;
}

function isAllSaved({ running, health, importing, lagBytes, sources }: CoreStatus): boolean {
  const isProtecting = running && (health === 'protecting' || health === 'catching-up');
  return isProtecting && importing === undefined && lagBytes === 0 && sources.every(({ problems }) => problems.length === 0);
}
