import { useMemo, useRef } from 'preact/hooks';
import type { MarkedMessage } from '../../main/core/timeline-marks.ts';
import type { GenerationSummary, MessageView } from '../../main/core/types.ts';
import { LongList } from '../shared/long-list.tsx';
import { useWords } from '../shared/words.tsx';
import { type Folds, foldKey } from './folding.ts';
import { type MessagePlace, samePlace } from './selection.ts';
import { Message, whereOf } from './timeline-message.tsx';
import { toolAt } from './tools.ts';
import { type Beginning, beginningsIn } from './versions.ts';

interface TimelineProps {
  readonly messages: readonly MarkedMessage[];
  /** What no file of this conversation holds is in another one, which a restore made. */
  readonly putBack: boolean;
  readonly found: MessagePlace | undefined;
  readonly generations: readonly GenerationSummary[];
}

const messagePx = 70;

/** A conversation in the order it was said. Where it is no longer on disk a mark says so, and every such message too. */
export function Timeline({ messages, putBack, found, generations }: TimelineProps) {
  const now = Date.now();
  const scrolledTo = useRef<MessagePlace | undefined>(undefined);
  // Once: whoever has scrolled on and comes by again is not held there.
  const onFound = (element: HTMLElement) => {
    if (scrolledTo.current === found) return;
    scrolledTo.current = found;
    element.scrollIntoView({ block: 'center' });
  };
  const folds = useRef<Folds>(new Map()).current;
  const opened = useRef<MessagePlace | undefined>(undefined);
  if (found !== undefined && opened.current !== found) folds.set(foldKey(found), true);
  opened.current = found;
  const beginnings = useMemo(() => beginningsIn(messages, generations), [messages, generations]);
  const sought = useMemo(
    () => (found === undefined ? undefined : messages.findIndex((message) => samePlace(message, found))),
    [messages, found],
  );
  return (
    <LongList count={messages.length} estimatedPx={messagePx} sought={sought}>
      {(from, to) => (
        <ol class="messages">
          {messages.slice(from, to).map((message, i) => {
            const before = messages[from + i - 1];
            return (
              <li key={`${message.generationId}:${message.start}`}>
                <DayMark message={message} before={before} now={now} />
                <BeginningMark beginning={beginnings.get(message)} now={now} />
                <ResetMark message={message} />
                <GapMark message={message} />
                <LossMark message={message} before={before} putBack={putBack} />
                <Message
                  message={message}
                  tool={toolAt(messages, from + i)}
                  folds={folds}
                  putBack={putBack}
                  found={from + i === sought}
                  onFound={onFound}
                />
                {message.interrupted === true && <BrokenOffMark />}
                <CrashMark message={message} now={now} />
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

function BeginningMark({ beginning, now }: { readonly beginning: Beginning | undefined; readonly now: number }) {
  const { conversation, format } = useWords();
  if (beginning === undefined) return null;
  return <p class="mark began">{conversation.began[beginning.because](format.time(beginning.at, now))}</p>;
}

function BrokenOffMark() {
  return <p class="mark loss">{useWords().conversation.brokenOff}</p>;
}

function CrashMark({ message: { crashAfter }, now }: { readonly message: MarkedMessage; readonly now: number }) {
  const { readable, format } = useWords();
  if (crashAfter === undefined) return null;
  return <p class="mark crash">{readable.crashed(format.time(crashAfter.at, now), crashAfter)}</p>;
}

function ResetMark({ message: { resetBefore } }: { readonly message: MarkedMessage }) {
  const { readable } = useWords();
  if (resetBefore === undefined) return null;
  return <p class="mark began">{readable.resets[resetBefore]}</p>;
}

/** Only where it is known that something was there. */
function GapMark({ message: { gapBefore } }: { readonly message: MarkedMessage }) {
  const { readable } = useWords();
  if (gapBefore === undefined) return null;
  return <p class="mark loss gap">{readable.gaps[gapBefore]}</p>;
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
