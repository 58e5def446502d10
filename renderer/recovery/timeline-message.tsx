import { useEffect, useRef, useState } from 'preact/hooks';
import type { MessageView } from '../../main/core/types.ts';
import { byCode } from '../../main/wording/by-code.ts';
import { messageMarks } from '../../main/wording/witness-copy.ts';
import { api, errorShape } from '../shared/api.ts';
import { LongText } from '../shared/long-text.tsx';
import { Time } from '../shared/time.tsx';
import { useWords } from '../shared/words.tsx';
import { beginningOf, type Folds, foldKey, useFold } from './folding.ts';
import { isToolResult, withoutCalls } from './tools.ts';

export function whereOf({ persisted, provenance }: MessageView): 'disk' | 'here' | 'unsaved' {
  if (persisted) return 'disk';
  return provenance === 'transcript' ? 'here' : 'unsaved';
}

interface MessageProps {
  readonly message: MessageView;
  /** Of which tool this is the result, where that is known. */
  readonly tool: string | undefined;
  readonly folds: Folds;
  readonly putBack: boolean;
  readonly found: boolean;
  readonly onFound: (element: HTMLElement) => void;
}

/** One message of a conversation: what tools answered is folded to a line, what is long to its beginning. */
export function Message({ message, tool, folds, putBack, found, onFound }: MessageProps) {
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
      {isToolResult(message) ? (
        <ToolResult message={message} tool={tool} folds={folds} putBack={putBack} found={found} />
      ) : (
        <Said message={message} folds={folds} putBack={putBack} found={found} />
      )}
    </div>
  );
}

type BodyProps = Pick<MessageProps, 'message' | 'folds' | 'putBack' | 'found'>;

function Said({ message, folds, putBack, found }: BodyProps) {
  const words = useWords();
  return (
    <div>
      <p class="head">
        <strong class="who">{byCode(words.recovery.roles, message.role) ?? (message.role || message.kind)}</strong>
        <When message={message} />
        <Tags message={message} putBack={putBack} />
      </p>
      <MessageText message={message} folds={folds} found={found} />
    </div>
  );
}

/** A line until somebody wants to know. */
function ToolResult({ message, tool, folds, putBack, found }: BodyProps & Pick<MessageProps, 'tool'>) {
  const words = useWords();
  const [open, setOpen] = useFold(folds, foldKey(message), found);
  const { whole, showWhole } = useWholeText(message);
  const text = whole ?? message.text;
  return (
    <details class="tool" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <strong class="who">{tool ?? words.recovery.roles.toolResult}</strong>
        <When message={message} />
        <Tags message={message} putBack={putBack} />
        {!open && (
          <span class="preview" dir="auto">
            {previewOf(message.text)}
          </span>
        )}
      </summary>
      {open && (
        <>
          <p class="text" dir="auto">
            <LongText text={text} />
          </p>
          {message.truncated && whole === undefined && (
            <button type="button" class="plain" onClick={showWhole}>
              {words.recovery.wholeText}
            </button>
          )}
        </>
      )}
    </details>
  );
}

const previewLetters = 160;

function previewOf(text: string): string {
  return text
    .slice(0, 4 * previewLetters)
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, previewLetters)
    .toWellFormed();
}

function When({ message }: { readonly message: MessageView }) {
  if (message.at === undefined) return null;
  return (
    <span class="dim">
      <Time at={message.at} />
    </span>
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

/** The text of a message that was cut, once somebody asked for all of it. */
function useWholeText(message: MessageView): { readonly whole: string | undefined; readonly showWhole: () => void } {
  const words = useWords();
  const [whole, setWhole] = useState<string | undefined>(undefined);
  const showWhole = () => {
    api.request('messageText', { generationId: message.generationId, start: message.start }).then(setWhole, (reason: unknown) => {
      setWhole(`${message.text}\n\n(${words.problems.error(errorShape(reason)).message})`);
    });
  };
  return { whole, showWhole };
}

/** Transcript text is somebody else's: it becomes a text node and nothing else. */
function MessageText({ message, folds, found }: Pick<BodyProps, 'message' | 'folds' | 'found'>) {
  const words = useWords();
  const { whole, showWhole } = useWholeText(message);
  const [open, setOpen] = useFold(folds, foldKey(message), found);
  const { said, calls } = withoutCalls({ role: message.role, text: whole ?? message.text });
  const beginning = beginningOf(said);
  return (
    <>
      {said.trim() !== '' && (
        <p class="text" dir="auto">
          <LongText text={open ? said : (beginning ?? said)} />
        </p>
      )}
      {beginning !== undefined && (
        <button type="button" class="plain fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? words.recovery.showLess : words.recovery.showAll}
        </button>
      )}
      {message.truncated && whole === undefined && (open || beginning === undefined) && (
        <button type="button" class="plain" onClick={showWhole}>
          {words.recovery.wholeText}
        </button>
      )}
      {calls.length > 0 && (
        <p class="calls" title={words.recovery.calledTools}>
          <span class="visually-hidden">{words.format.label(words.recovery.calledTools)}</span>
          {calls.map((name, i) => (
            <span key={`${i}:${name}`}>{name}</span>
          ))}
        </p>
      )}
    </>
  );
}
