import type { Section } from './sections.ts';

/** On a square of 20, in one line of 1.5. */
const paths: Readonly<Record<Section, string>> = {
  general: 'M3 6h7m4 0h3M3 14h3m4 0h7M12 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM8 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  sources:
    'M10 11.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM6.5 13.5a5 5 0 0 1 0-7m7 0a5 5 0 0 1 0 7M4 16a8.5 8.5 0 0 1 0-12m12 0a8.5 8.5 0 0 1 0 12',
  storage:
    'M16 5c0 1.4-2.7 2.5-6 2.5S4 6.4 4 5s2.7-2.5 6-2.5 6 1.1 6 2.5Zm0 0v10c0 1.4-2.7 2.5-6 2.5S4 16.4 4 15V5m12 5c0 1.4-2.7 2.5-6 2.5S4 11.4 4 10',
  privacy: 'M10 2.5 4 4.8v4.7c0 3.7 2.5 6.6 6 8 3.5-1.4 6-4.3 6-8V4.8L10 2.5Z',
  advanced: 'M3 4.5h14v11H3v-11Zm3 3.5 2.5 2L6 12m4.5 0.5H14',
};

export function SectionIcon({ section }: { readonly section: Section }) {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={paths[section]} />
    </svg>
  );
}
