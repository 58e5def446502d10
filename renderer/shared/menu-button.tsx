import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface MenuItem {
  readonly key: string;
  readonly label: string;
  readonly onChoose: () => void;
  /** Why it cannot be chosen now. */
  readonly unavailable?: string;
  /** One of several, of which one holds. */
  readonly checked?: boolean;
  /** A line before it: another kind of action begins. */
  readonly separated?: boolean;
}

interface MenuButtonProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** What the button shows. */
  readonly children: ComponentChildren;
  readonly className?: string;
}

/** A button with a menu that behaves as menus of the system do: arrows, Home, End, first letters, Escape; Tab leaves it. */
export function MenuButton({ label, items, children, className = '' }: MenuButtonProps) {
  const [open, setOpen] = useState<'first' | 'last' | undefined>(undefined);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = () => {
    setOpen(undefined);
    button.current?.focus();
  };
  // Before the next key can come: pressed in haste it is meant for the menu.
  useLayoutEffect(() => {
    if (open === undefined) return;
    const all = itemsIn(menu.current);
    const checked = all.find((item) => item.getAttribute('aria-checked') === 'true');
    (checked ?? (open === 'first' ? all[0] : all.at(-1)))?.focus();
    const leave = (event: Event) => {
      if (event.target instanceof Node && place.current?.contains(event.target) !== true) setOpen(undefined);
    };
    document.addEventListener('pointerdown', leave, true);
    document.addEventListener('focusin', leave);
    return () => {
      document.removeEventListener('pointerdown', leave, true);
      document.removeEventListener('focusin', leave);
    };
  }, [open]);
  return (
    <div class="menu-place" ref={place}>
      <button
        ref={button}
        type="button"
        class={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open !== undefined}
        aria-controls={open === undefined ? undefined : id}
        onClick={() => setOpen(open === undefined ? 'first' : undefined)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          setOpen(event.key === 'ArrowDown' ? 'first' : 'last');
        }}
      >
        {children}
      </button>
      {open !== undefined && (
        <div ref={menu} id={id} class="menu" role="menu" aria-label={label} onKeyDown={(event) => walk(event, menu.current, close)}>
          {items.map(({ key, label: itemLabel, onChoose, unavailable, checked, separated }) => (
            <button
              key={key}
              type="button"
              role={checked === undefined ? 'menuitem' : 'menuitemradio'}
              tabIndex={-1}
              class={separated === true ? 'separated' : ''}
              title={unavailable}
              aria-disabled={unavailable !== undefined}
              {...(checked === undefined ? {} : { 'aria-checked': checked })}
              onPointerMove={(event) => event.currentTarget.focus()}
              onClick={() => {
                if (unavailable !== undefined) return;
                close();
                onChoose();
              }}
            >
              {itemLabel}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function itemsIn(menu: HTMLElement | null): readonly HTMLElement[] {
  return menu === null ? [] : [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
}

function walk(event: KeyboardEvent, menu: HTMLElement | null, close: () => void): void {
  const items = itemsIn(menu);
  const at = items.findIndex((item) => item === document.activeElement);
  const next = (): HTMLElement | undefined => {
    switch (event.key) {
      case 'ArrowDown':
        return items[(at + 1) % items.length];
      case 'ArrowUp':
        return items.at(at - 1);
      case 'Home':
        return items[0];
      case 'End':
        return items.at(-1);
      default:
        return beginningWith(event.key, [...items.slice(at + 1), ...items.slice(0, at + 1)]);
    }
  };
  if (event.key === 'Escape' || event.key === 'Tab') {
    close();
    // Tab goes on from the button, as it does from a menu of the system.
    if (event.key === 'Escape') event.preventDefault();
    return;
  }
  const item = event.ctrlKey || event.metaKey || event.altKey ? undefined : next();
  if (item === undefined) return;
  event.preventDefault();
  item.focus();
}

function beginningWith(key: string, items: readonly HTMLElement[]): HTMLElement | undefined {
  if (key.length !== 1 || key.trim() === '') return undefined;
  return items.find((item) => (item.textContent ?? '').toLowerCase().startsWith(key.toLowerCase()));
}
