import { describe, expect, it } from 'vitest';
import { installableNames, installCommand } from '../../../build/debian.ts';
import { unresolvedLibraries } from '../../../build/shared-libraries.ts';

describe('Debian packages', () => {
  it('are named in a command that an ordinary user can paste', () => {
    expect(installCommand(['xvfb', 'dbus'], 'none')).toBe(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends xvfb dbus',
    );
  });

  it('are named without sudo for root', () => {
    expect(installCommand(['xvfb'], 'root')).toBe('apt-get update && apt-get install -y --no-install-recommends xvfb');
  });

  it('take the 64-bit-time name where the release has renamed them', () => {
    const policy = [
      'libasound2:',
      '  Installed: (none)',
      '  Candidate: (none)',
      'libasound2t64:',
      '  Installed: (none)',
      '  Candidate: 1.2.14-1',
      'libnss3:',
      '  Candidate: 2:3.110-1',
    ].join('\n');
    expect(installableNames(['libasound2', 'libnss3'], policy)).toEqual(['libasound2t64', 'libnss3']);
  });

  it('keep a name that apt does not know', () => {
    expect(installableNames(['libgone1'], '')).toEqual(['libgone1']);
  });
});

describe('shared libraries', () => {
  it('are unresolved when ldd does not find them, each once', () => {
    const ldd = [
      '\tlinux-vdso.so.1 (0x00007ffd)',
      '\tlibnss3.so => not found',
      '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)',
      '\tlibnss3.so => not found',
      '\tlibgbm.so.1 => not found',
    ].join('\n');
    expect(unresolvedLibraries(ldd)).toEqual(['libnss3.so', 'libgbm.so.1']);
  });
});
