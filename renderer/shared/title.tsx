import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { api } from './api.ts';
import { useWords } from './words.tsx';

const Masks = createContext(false);

/** Holds lists whose titles the person may want hidden; changes as soon as they choose so. */
export function Masking({ children }: { readonly children: ComponentChildren }) {
  // In the address: asked for later, titles would be seen for a moment first.
  const [masks, setMasks] = useState(() => new URLSearchParams(location.search).get('mask') === '1');
  useEffect(() => api.subscribe('settings.changed', ({ maskTitles }) => setMasks(maskTitles)), []);
  return <Masks.Provider value={masks}>{children}</Masks.Provider>;
}

/** What a conversation is called, in the button of a list. */
export function Title({ of }: { readonly of: string }) {
  return (
    <span class="t" dir="auto">
      <Maskable>{of}</Maskable>
    </span>
  );
}

/**
 * What somebody wrote, in the button of a list. Under the mask it keeps its place, so that nothing moves when the pointer
 * comes; base.css shows it in a button that is pointed at, has the focus or is the current one.
 */
export function Maskable({ children }: { readonly children: ComponentChildren }) {
  const words = useWords();
  if (!useContext(Masks)) return <>{children}</>;
  return (
    <span class="masked">
      <span class="cover visually-hidden">{words.recovery.hidden}</span>
      <span class="bare">{children}</span>
    </span>
  );
}
