import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { useWords } from '../shared/words.tsx';
import { SectionIcon } from './section-icon.tsx';
import { type Section, sections } from './sections.ts';

interface TabsProps {
  readonly chosen: Section;
  readonly onChoose: (section: Section) => void;
  readonly children: ComponentChildren;
}

/** The sections as a toolbar: one stop of the Tab key, arrows, Home and End go through them, and what they come to is shown. */
export function Tabs({ chosen, onChoose, children }: TabsProps) {
  const text = useWords().preferences;
  const list = useRef<HTMLDivElement>(null);
  const choose = (section: Section) => {
    onChoose(section);
    list.current?.querySelector<HTMLElement>(`#tab-${section}`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = sectionAfter(chosen, event.key);
    if (next === undefined) return;
    event.preventDefault();
    choose(next);
  };
  return (
    <main>
      <div class="tabs" role="tablist" aria-label={text.sections} ref={list} onKeyDown={onKeyDown}>
        {sections.map((section) => (
          <button
            key={section}
            type="button"
            role="tab"
            id={`tab-${section}`}
            aria-selected={section === chosen}
            aria-controls="panel"
            tabIndex={section === chosen ? 0 : -1}
            onClick={() => choose(section)}
          >
            <SectionIcon section={section} />
            {text.tabs[section]}
          </button>
        ))}
      </div>
      <div class="scroll">
        <div class="panel" role="tabpanel" id="panel" aria-labelledby={`tab-${chosen}`}>
          {children}
        </div>
      </div>
    </main>
  );
}

function sectionAfter(section: Section, key: string): Section | undefined {
  const at = sections.indexOf(section);
  switch (key) {
    case 'ArrowRight':
      return sections[(at + 1) % sections.length];
    case 'ArrowLeft':
      return sections.at(at - 1);
    case 'Home':
      return sections[0];
    case 'End':
      return sections.at(-1);
    default:
      return undefined;
  }
}
