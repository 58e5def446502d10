import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export function filesOf(directory: string): readonly string[] {
  return readdirSync(directory).map((name) => join(directory, name));
}
