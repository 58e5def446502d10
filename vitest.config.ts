import { defineConfig } from 'vitest/config';

interface SuiteOptions {
  readonly timeoutMs: number;
  /** Files one after the other: they share a screen and a bus, or each starts programs that need a core of their own. */
  readonly serial?: boolean;
  /** Runs once before the files of the suite, and what it returns after them. */
  readonly globalSetup?: string;
}

const suite = (name: string, { timeoutMs, serial = false, globalSetup }: SuiteOptions) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    setupFiles: ['test/support/property-seed.ts'],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    fileParallelism: !serial,
    ...(globalSetup === undefined ? {} : { globalSetup }),
    // A test that is left alone by mistake would hide the others.
    allowOnly: false,
  },
});

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'architecture', include: ['test/architecture.test.ts'], testTimeout: 30_000, allowOnly: false } },
      suite('unit', { timeoutMs: 20_000 }),
      suite('source', { timeoutMs: 20_000 }),
      suite('model', { timeoutMs: 120_000 }),
      suite('fault', { timeoutMs: 180_000, serial: true }),
      suite('integration', { timeoutMs: 60_000 }),
      suite('gateway', { timeoutMs: 300_000, serial: true }),
      suite('soak', { timeoutMs: 300_000, serial: true }),
      suite('ui', { timeoutMs: 60_000, globalSetup: 'test/ui/support/global-setup.ts' }),
      suite('e2e', { timeoutMs: 120_000, serial: true }),
    ],
  },
});
