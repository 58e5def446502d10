import type { IncidentKind } from '../../../main/core/types.ts';

/** All of them, as the compiler sees to. */
export const incidentKinds = Object.keys({
  'reset-without-successor': 0,
  truncated: 0,
  overwritten: 0,
  deleted: 0,
  'mass-change': 0,
  'index-lost': 0,
  'wipe-pending': 0,
  unpersisted: 0,
  'writes-blocked': 0,
  'interrupted-reply': 0,
  'agent-stuck': 0,
  'source-unreadable': 0,
  'unsupported-format': 0,
  'mirror-degraded': 0,
  'expected-reset': 0,
  'unexplained-reset': 0,
} satisfies Record<IncidentKind, 0>) as IncidentKind[];
