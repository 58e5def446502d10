import { useEffect, useRef } from 'preact/hooks';

interface FirstButtonProps {
  readonly label: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
}

/** Has the focus: Enter, pressed without a thought, does nothing that cannot be taken back. */
export function FirstButton({ label, disabled, onClick }: FirstButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <button ref={button} type="button" disabled={disabled} onClick={onClick}>
      {label}
    </button>
  );
}
