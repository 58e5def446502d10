import type { ErrorShape } from '../../main/core/requests.ts';

/** An error in the place where it matters, read out at once by a screen reader. */
export function ErrorNotice({ error }: { readonly error: ErrorShape | undefined }) {
  if (error === undefined) return null;
  return (
    <div class="notice" role="alert" data-code={error.code}>
      <strong>{error.message}</strong> {error.hint}
    </div>
  );
}
