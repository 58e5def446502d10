import type { CoreStatus, Incident } from '../../../main/core/types.ts';

const openedAt = Date.UTC(2026, 10, 22, 12);

export function incident(id: string, overrides: Partial<Incident> = {}): Incident {
  return {
    id,
    kind: 'truncated',
    dedupeKey: `truncated:main:${id}`,
    severity: 'loss',
    sourceId: 1,
    agent: 'main',
    nativeId: id,
    sessionRow: 1,
    messages: 41,
    bytes: 10_000,
    evidence: {},
    openedAt,
    ...overrides,
  };
}

export function status(overrides: Partial<CoreStatus> = {}): CoreStatus {
  return {
    health: 'protecting',
    running: true,
    sources: [
      {
        id: 's1',
        root: '/home/someone/.openclaw',
        layout: 'openclaw-jsonl',
        agents: 1,
        sessions: 4,
        lastCaptureAt: openedAt - 2000,
        bytes: 0,
        lagBytes: 0,
        lagMs: 0,
        witnesses: [],
        watch: 'events',
        gateway: 'running',
        problems: [],
      },
    ],
    live: [],
    bufferBytes: 1000,
    openIncidents: 0,
    lagBytes: 0,
    flushIntervalMs: 1000,
    ...overrides,
  };
}

export const noon = openedAt;
