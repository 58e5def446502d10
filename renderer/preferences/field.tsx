import type { ComponentChildren } from 'preact';

interface FieldProps {
  readonly label: string;
  /** Of the label, for what it names. */
  readonly id?: string;
  readonly children: ComponentChildren;
}

/** One row of a section: what it is about, and beside that what can be said or done about it. */
export function Field({ label, id, children }: FieldProps) {
  return (
    <section class="field">
      <h2 {...(id === undefined ? {} : { id })}>{label}</h2>
      <div>{children}</div>
    </section>
  );
}
