import type { Catalog } from '../../core/store/store.ts';
import type { MarkedMessage } from '../../core/timeline-marks.ts';
import { en as words } from '../../wording/en/index.ts';
import { incidentCopy } from '../../wording/incident-copy.ts';
import { messageMarks } from '../../wording/witness-copy.ts';
import { withCatalog } from '../backend.ts';
import type { Context } from '../context.ts';
import { paint, printable } from '../output.ts';
import { conversationOf, findReferenced } from '../reference.ts';
import { messageRow } from '../rows.ts';

const PAGE = 200;

export function show(context: Context, reference: string): void {
  withCatalog(context, (catalog) => {
    const found = findReferenced(catalog, reference);
    const messages = [...allMessages(catalog, conversationOf(catalog, found))];
    if (!context.out.json && found.is === 'incident')
      context.out.line(`${paint('bold', incidentCopy(words, found.incident, Date.now()).summary)}\n`);
    context.out.result(messages.map(messageRow), () => messages.map(messageText).join('\n\n'));
  });
}

function* allMessages(catalog: Catalog, session: number): Generator<MarkedMessage> {
  let cursor: number | undefined;
  do {
    const page = catalog.messages(session, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}

function messageText(message: MarkedMessage): string {
  const { gapBefore, crashAfter, resetBefore } = message;
  const when = message.at === undefined ? '' : ` ${new Date(message.at).toLocaleString()}`;
  const marks = messageMarks(words, message);
  const mark = marks.length === 0 ? '' : paint('yellow', `  ${marks.join(', ')}`);
  const said = `${paint('bold', message.role)}${paint('dim', when)}${mark}\n${printable(message.text)}${message.truncated ? paint('dim', ' …') : ''}`;
  const begun = resetBefore === undefined ? [] : [paint('dim', words.readable.resets[resetBefore])];
  const missing = gapBefore === undefined ? [] : [paint('yellow', words.readable.gaps[gapBefore])];
  const ended =
    crashAfter === undefined ? [] : [paint('yellow', words.readable.crashed(new Date(crashAfter.at).toLocaleString(), crashAfter))];
  return [...begun, ...missing, said, ...ended].join('\n\n');
}
