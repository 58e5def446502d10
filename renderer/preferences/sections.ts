import { useCallback, useState } from 'preact/hooks';

export const sections = ['general', 'sources', 'storage', 'privacy', 'advanced'] as const;
export type Section = (typeof sections)[number];

const key = 'preferences.section';

/** The section that was open last, also in an earlier window. */
export function useSection(): readonly [Section, (section: Section) => void] {
  const [section, setSection] = useState<Section>(() => sections.find((each) => each === localStorage.getItem(key)) ?? 'general');
  const choose = useCallback((next: Section) => {
    localStorage.setItem(key, next);
    setSection(next);
  }, []);
  return [section, choose];
}
