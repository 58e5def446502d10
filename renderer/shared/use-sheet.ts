import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A sheet over the window, as long as it is in the page; while it does something no Escape closes it. */
export function useSheet(busy: boolean): {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly onCancel: (event: Event) => void;
} {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    if (!busy) return;
    // Chromium lets a dialog refuse one Escape, and closes it at the next whatever it says; a key that is refused is none.
    const refuse = (event: KeyboardEvent) => {
      if (event.key === 'Escape') event.preventDefault();
    };
    document.addEventListener('keydown', refuse);
    return () => document.removeEventListener('keydown', refuse);
  }, [busy]);
  const onCancel = (event: Event) => {
    if (busy) event.preventDefault();
  };
  return { dialog, onCancel };
}
