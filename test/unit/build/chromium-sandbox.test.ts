import { describe, expect, it } from 'vitest';
import { type SandboxFacts, sandboxPlan } from '../../../build/chromium-sandbox.ts';

const ordinaryUser: SandboxFacts = {
  platform: 'linux',
  isRoot: false,
  userNamespaces: true,
  setuidHelper: false,
  helperPath: '/opt/electron/chrome-sandbox',
};

describe('the sandbox of a started app', () => {
  it('is on for an ordinary user with user namespaces', () => {
    expect(sandboxPlan(ordinaryUser)).toEqual({ is: 'sandboxed' });
  });

  it('is on for an ordinary user with the setuid helper', () => {
    expect(sandboxPlan({ ...ordinaryUser, userNamespaces: false, setuidHelper: true })).toEqual({ is: 'sandboxed' });
  });

  it('is off for root on Linux, and says so', () => {
    const plan = sandboxPlan({ ...ordinaryUser, isRoot: true });
    expect(plan).toMatchObject({ is: 'unsandboxed', because: expect.stringContaining('--no-sandbox') });
  });

  it('is on for root on macOS', () => {
    expect(sandboxPlan({ ...ordinaryUser, platform: 'darwin', isRoot: true })).toEqual({ is: 'sandboxed' });
  });

  it('is never left out for an ordinary user: the kernel setting that stands in the way is named', () => {
    const plan = sandboxPlan({ ...ordinaryUser, userNamespaces: false, forbiddenBy: 'kernel.unprivileged_userns_clone=1' });
    expect(plan).toMatchObject({ is: 'refused', remedy: 'sudo sysctl -w kernel.unprivileged_userns_clone=1' });
  });

  it('asks for the setuid helper where no kernel setting explains the refusal', () => {
    const plan = sandboxPlan({ ...ordinaryUser, userNamespaces: false });
    expect(plan).toMatchObject({ is: 'refused', remedy: expect.stringContaining('chmod 4755 /opt/electron/chrome-sandbox') });
  });
});
