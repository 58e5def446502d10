import { en as words } from '../../wording/en/index.ts';
import { withCatalog } from '../backend.ts';
import type { Context } from '../context.ts';
import { paint } from '../output.ts';

export function verify(context: Context): void {
  withCatalog(context, (catalog) => {
    const report = catalog.verify((done, total) =>
      context.out.progress(`Verified ${words.format.bytes(done)} of ${words.format.bytes(total)}`),
    );
    context.out.progress('');
    context.out.result(report, () =>
      report.ok
        ? `${paint('green', 'All good:')} ${report.generations} files in ${report.chunks} pieces, ${words.format.bytes(report.bytes)}, every one as it was captured.`
        : `${paint('red', `${report.damaged.length} pieces are damaged`)}; everything else is as it was captured.\n${report.damaged
            .map((piece) => `  generation ${piece.generationId} at byte ${piece.start}: ${piece.reason}`)
            .join('\n')}`,
    );
    if (!report.ok) process.exitCode = 1;
  });
}
