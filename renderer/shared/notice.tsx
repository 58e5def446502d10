import type { ErrorShape } from '../../main/core/requests.ts';
import { useWords } from './words.tsx';

/** An error in the place where it matters, read out at once by a screen reader. */
export function ErrorNotice({ error }: { readonly error: ErrorShape | undefined }) {
  const words = useWords();
  if (error === undefined) return null;
  const { message, hint } = words.problems.error(error);
  return (
    <div class="notice" role="alert" data-code={error.code}>
      <strong>{message}</strong>
      {words.format.gap}
      {hint}
    </div>
  );
}
