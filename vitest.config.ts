import { defineConfig } from 'vitest/config';

const suite = (name: string, timeoutMs: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: timeoutMs, hookTimeout: timeoutMs },
});

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'architecture', include: ['test/architecture.test.ts'], testTimeout: 30_000 } },
      suite('unit', 20_000),
      suite('source', 20_000),
      suite('model', 120_000),
      suite('fault', 180_000),
      suite('integration', 60_000),
      suite('gateway', 300_000),
      suite('e2e', 120_000),
    ],
  },
});
