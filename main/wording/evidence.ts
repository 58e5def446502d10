import type { Incident } from '../core/types.ts';

type Evidence = Pick<Incident, 'evidence'>;

export function numberIn({ evidence }: Evidence, name: string): number | undefined {
  const value = evidence[name];
  return typeof value === 'number' ? value : undefined;
}
