import { once } from 'node:events';
import { resolve } from 'node:path';
import { type ExportedFile, type ExportRequest, exportChunks, exportFiles } from '../../core/restore/exporter.ts';
import type { ExportFormat } from '../../core/types.ts';
import { readerIn } from '../../core-process/reader.ts';
import { en as words } from '../../wording/en/index.ts';
import { withCatalogAsync } from '../backend.ts';
import type { Context } from '../context.ts';
import { conversationOf, findReferenced } from '../reference.ts';

export interface ExportOptions {
  readonly generation?: number | 'all';
  readonly format: ExportFormat;
  readonly output?: string;
}

/** To files with `--output`, else the bytes themselves to standard output. */
export async function exportSession(context: Context, reference: string, options: ExportOptions): Promise<void> {
  await withCatalogAsync(context, async (catalog) => {
    const request: ExportRequest = {
      sessionRow: conversationOf(catalog, findReferenced(catalog, reference)),
      format: options.format,
      ...(options.generation === undefined ? {} : { generation: options.generation }),
    };
    if (options.output === undefined) {
      for (const chunk of exportChunks(catalog, request, readerIn())) if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
      return;
    }
    const files = exportFiles(catalog, request, resolve(options.output), readerIn());
    context.out.result({ ok: true, files }, () => files.map(fileText).join('\n'));
  });
}

function fileText(file: ExportedFile): string {
  return `${file.path}  ${words.format.bytes(file.bytes)}  sha256 ${file.sha256}`;
}
