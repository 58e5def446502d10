const mostLetters = 4096;
const fewestLetters = 1024;

/**
 * Text of any length. Chromium's time to lay out a line of text grows with the square of what stands before the next line
 * break: a word of a million letters would hold the window for a minute. So a long text is laid out in pieces, cut at its own
 * line breaks where it has any, and those that are not seen wait until they are.
 */
export function LongText({ text }: { readonly text: string }) {
  if (text.length <= mostLetters) return <>{text}</>;
  return (
    <>
      {piecesOf(text).map(({ start, piece }) => (
        <span key={start} class="piece">
          {piece}
        </span>
      ))}
    </>
  );
}

function piecesOf(text: string): readonly { readonly start: number; readonly piece: string }[] {
  const pieces: { readonly start: number; readonly piece: string }[] = [];
  for (let start = 0; start < text.length; ) {
    const end = endOfPiece(text, start);
    pieces.push({ start, piece: text.slice(start, end) });
    start = end;
  }
  return pieces;
}

function endOfPiece(text: string, start: number): number {
  const furthest = start + mostLetters;
  if (furthest >= text.length) return text.length;
  const afterBreak = text.lastIndexOf('\n', furthest - 1) + 1;
  if (afterBreak >= start + fewestLetters) return afterBreak;
  const isInsidePair = /[\uD800-\uDBFF]/.test(text.charAt(furthest - 1));
  return isInsidePair ? furthest - 1 : furthest;
}
