import { describe, expect, it } from 'vitest';
import { openclawLogPaths } from '../../../main/core/sources/openclaw-log.ts';

const noon = new Date(2026, 10, 2, 12).getTime();

describe('where OpenClaw logs to', () => {
  it('is where its configuration says, and what a service keeps of its output', () => {
    expect(openclawLogPaths('/s/.openclaw', '/var/oc.log', {}, noon)).toEqual([
      '/var/oc.log',
      '/s/.openclaw/logs/gateway.log',
      '/s/.openclaw/logs/gateway.err.log',
    ]);
  });

  it("is a file for each local day, of the profile's own too", () => {
    const paths = openclawLogPaths('/s/.openclaw-work', undefined, { TMPDIR: '/private/tmp' }, noon);
    expect(paths).toContain('/tmp/openclaw/openclaw-2026-11-02.log');
    expect(paths).toContain('/tmp/openclaw/openclaw-work-2026-11-02.log');
    expect(paths.some((path) => path.startsWith('/private/tmp/openclaw'))).toBe(true);
    expect(new Set(paths).size).toBe(paths.length);
  });
});
