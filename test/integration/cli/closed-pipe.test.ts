import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../../support/temp-dir.ts';

const program = join(import.meta.dirname, '../../../main/cli/index.ts');

/** As `clawback … | head -1` does when it has seen enough. */
it.each([['--help'], ['--json', 'sessions'], ['restore', 'nothing-of-that-name']])(
  'ends quietly when nobody reads on: %s',
  async (...args) => {
    using dir = tempDir();
    const child = spawn(process.execPath, [program, '--home', dir.path, '--state-dir', dir.path, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const errors: Buffer[] = [];
    child.stderr.on('data', (piece: Buffer) => errors.push(piece));
    await new Promise((done) => child.once('close', done));
    expect(Buffer.concat(errors).toString('utf8')).not.toMatch(/EPIPE|node:internal/);
  },
);
