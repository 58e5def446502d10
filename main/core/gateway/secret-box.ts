/**
 * Where a secret is locked up. The app passes the system's safe storage; without one the file's own mode (0600) is what
 * keeps others out.
 */
export interface SecretBox {
  /** Marks what it sealed, so that a file is never opened with another box: `none`, `safe-storage`. */
  readonly kind: string;
  seal(plain: Uint8Array): Uint8Array;
  /** Throws when the bytes are not its own, or the storage is locked. */
  open(sealed: Uint8Array): Uint8Array;
}

export const openBox: SecretBox = { kind: 'none', seal: (plain) => plain, open: (sealed) => sealed };
