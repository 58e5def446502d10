import { styleText } from 'node:util';
import { CoreError } from '../core/platform/errors.ts';
import { errorShape } from '../core-process/rpc-server.ts';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Where results go: JSON for programs, words for people. Colours only on a terminal that wants them. */
export class Output {
  readonly json: boolean;

  constructor(json: boolean) {
    this.json = json;
  }

  /** The result of a command in the form that was asked for. */
  result(value: unknown, human: () => string): void {
    if (this.json) process.stdout.write(`${JSON.stringify(value)}\n`);
    else this.line(human());
  }

  line(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** Replaces itself on a terminal; says nothing where nobody watches. */
  progress(text: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
  }

  /** Ends in exit code 1 (refused or failed). */
  failure(error: unknown): void {
    const shape = errorShape(error);
    if (this.json) process.stdout.write(`${JSON.stringify({ ok: false, error: shape })}\n`);
    else
      process.stderr.write(
        `${paint('red', 'clawback:', process.stderr)} ${shape.message}\n${shape.hint === '' ? '' : `  ${shape.hint}\n`}`,
      );
    if (shape.code === 'bug' && error instanceof Error && !(error instanceof CoreError)) process.stderr.write(`${error.stack ?? ''}\n`);
    process.exitCode = 1;
  }
}

export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  const wanted = stream.isTTY && process.env.NO_COLOR === undefined;
  return wanted ? styleText(style, text) : text;
}

/** Transcript text may hold escape sequences that would drive the terminal: control characters are shown, not sent. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Left-aligned columns, two blanks between them. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
