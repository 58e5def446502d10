import { expect, it } from 'vitest';
import { compilerFlags } from '../../../build/native-helpers.ts';

it('compiles for both kinds of Mac at once, back to the oldest macOS of the app', () => {
  expect(compilerFlags('darwin').join(' ')).toContain('-arch arm64 -arch x86_64 -mmacosx-version-min=12.0');
  expect(compilerFlags('linux').join(' ')).not.toMatch(/-arch|macosx/);
});

it('takes a warning of the compiler for a failure', () => {
  for (const platform of ['darwin', 'linux'] as const) expect(compilerFlags(platform)).toContain('-Werror');
});
