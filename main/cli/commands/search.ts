import { withCatalog } from '../backend.ts';
import type { Context } from '../context.ts';
import { paint, printable } from '../output.ts';

const LIMIT = 50;

export function search(context: Context, text: string): void {
  withCatalog(context, (catalog) => {
    const hits = catalog.search(text, LIMIT);
    const rows = hits.map((hit) => ({
      session: hit.sessionRow,
      title: hit.title,
      role: hit.role,
      at: hit.at ?? null,
      generation: hit.generationId,
      start: hit.start,
      text: hit.snippet.replaceAll(/[\u0001\u0002]/g, ''),
    }));
    context.out.result(rows, () =>
      hits.length === 0
        ? 'Nothing found.'
        : hits
            .map((hit) => {
              const marked = hit.snippet
                .split(/[\u0001\u0002]/)
                .map((part, index) => (index % 2 === 1 ? paint('yellow', printable(part)) : printable(part)));
              return `${paint('bold', `${hit.sessionRow}  ${printable(hit.title)}`)}\n    ${paint('dim', `${hit.role}:`)} ${marked.join('')}`;
            })
            .join('\n'),
    );
  });
}
