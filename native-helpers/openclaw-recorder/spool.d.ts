export interface SpoolOptions {
  readonly directory: string;
  readonly name: string;
  readonly flushIntervalMs: number;
  readonly header: Readonly<Record<string, unknown>>;
  readonly onTrouble?: (code: string) => void;
}

export class Spool {
  constructor(options: SpoolOptions);
  write(record: object): void;
  flushNow(): void;
}
