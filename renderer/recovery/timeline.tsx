import { useEffect, useRef, useState } from 'preact/hooks';
import type { MessageView } from '../../main/core/types.ts';
import { byCode } from '../../main/wording/by-code.ts';
import { messageMarks } from '../../main/wording/witness-copy.ts';
import { api, errorShape } from '../shared/api.ts';
import { LongList } from '../shared/long-list.tsx';
import { LongText } from '../shared/long-text.tsx';
import { Time } from '../shared/time.tsx';
import { useWords } from '../shared/words.tsx';
import { type MessagePlace, samePlace } from './selection.ts';

interface TimelineProps {
  readonly messages: readonly MessageView[];
  /** What no file of this conversation holds is in another one, which a restore made. */
  readonly putBack: boolean;
  readonly found: MessagePlace | undefined;
}

const messagePx = 70;

/** A conversation in the order it was said. Where it is no longer on disk a mark says so, and every such message too. */
export function Timeline({ messages, putBack, found }: TimelineProps) {
  const now = Date.now();
  const scrolledTo = useRef<MessagePlace | undefined>(undefined);
  // Once: whoever has scrolled on and comes by again is not held there.
  const onFound = (element: HTMLElement) => {
    if (scrolledTo.current === found) return;
    scrolledTo.current = found;
    element.scrollIntoView({ block: 'center' });
  };
  const isFound = (message: MessageView) => found !== undefined && samePlace(message, found);
  return (
    <LongList items={messages} estimatedPx={messagePx} {...(found === undefined ? {} : { sought: isFound })}>
      {(block, preceding) => (
        <ol class="messages">
          {block.map((message, i) => {
            const before = i === 0 ? preceding : block[i - 1];
            return (
              <li key={`${message.generationId}:${message.start}`}>
                <DayMark message={message} before={before} now={now} />
                <LossMark message={message} before={before} putBack={putBack} />
                <Message message={message} putBack={putBack} found={isFound(message)} onFound={onFound} />
              </li>
            );
          })}
        </ol>
      )}
    </LongList>
  );
}

interface MarkProps {
  readonly message: MessageView;
  readonly before: MessageView | undefined;
}

function DayMark({ message, before, now }: MarkProps & { readonly now: number }) {
  const { format } = useWords();
  if (message.at === undefined) return null;
  const day = format.day(message.at, now);
  if (before?.at !== undefined && format.day(before.at, now) === day) return null;
  return <p class="mark dim">{day}</p>;
}

function LossMark({ message, before, putBack }: MarkProps & { readonly putBack: boolean }) {
  const text = useWords().recovery;
  const whereNow = whereOf(message);
  const whereBefore = before === undefined ? 'disk' : whereOf(before);
  if (whereNow === whereBefore || (putBack && whereNow !== 'disk' && whereBefore !== 'disk')) return null;
  if (whereNow === 'disk') return <p class="mark dim">{text.onDiskMark}</p>;
  if (putBack) return <p class="mark dim">{text.putBackMark}</p>;
  return <p class="mark loss">{whereNow === 'unsaved' ? text.unsavedMark : text.onlyHereMark}</p>;
}

function whereOf({ persisted, provenance }: MessageView): 'disk' | 'here' | 'unsaved' {
  if (persisted) return 'disk';
  return provenance === 'transcript' ? 'here' : 'unsaved';
}

interface MessageProps {
  readonly message: MessageView;
  readonly putBack: boolean;
  readonly found: boolean;
  readonly onFound: (element: HTMLElement) => void;
}

function Message({ message, putBack, found, onFound }: MessageProps) {
  const words = useWords();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (found && place.current !== null) onFound(place.current);
  });
  const quiet = message.role !== 'user' && message.role !== 'assistant';
  return (
    <div
      ref={place}
      class={`message ${message.persisted ? '' : putBack ? 'back' : 'only'} ${quiet ? 'quiet' : ''} ${found ? 'found' : ''}`}
      data-persisted={message.persisted}
    >
      <span class="rail" aria-hidden="true" />
      <div>
        <p class="head">
          <strong class="who">{byCode(words.recovery.roles, message.role) ?? (message.role || message.kind)}</strong>
          {message.at !== undefined && (
            <span class="dim">
              <Time at={message.at} />
            </span>
          )}
          <Tags message={message} putBack={putBack} />
        </p>
        <MessageText message={message} />
      </div>
    </div>
  );
}

/** Where a message that no file holds is known from. */
function Tags({ message, putBack }: Pick<MessageProps, 'message' | 'putBack'>) {
  const words = useWords();
  const marks = messageMarks(words, message);
  if (marks.length === 0) return null;
  const shown = putBack ? [words.recovery.putBack, ...marks.slice(1)] : marks;
  const { putBackHint, unsavedHint, onlyHereHint } = words.recovery;
  return (
    <span class="tag" title={putBack ? putBackHint : whereOf(message) === 'unsaved' ? unsavedHint : onlyHereHint}>
      {shown.join(' · ')}
    </span>
  );
}

/** Transcript text is somebody else's: it becomes a text node and nothing else. */
function MessageText({ message }: { readonly message: MessageView }) {
  const words = useWords();
  const [whole, setWhole] = useState<string | undefined>(undefined);
  const show = () => {
    api.request('messageText', { generationId: message.generationId, start: message.start }).then(setWhole, (reason: unknown) => {
      setWhole(`${message.text}\n\n(${words.problems.error(errorShape(reason)).message})`);
    });
  };
  return (
    <>
      <p class="text" dir="auto">
        <LongText text={whole ?? message.text} />
      </p>
      {message.truncated && whole === undefined && (
        <button type="button" class="plain" onClick={show}>
          {words.recovery.wholeText}
        </button>
      )}
    </>
  );
}
