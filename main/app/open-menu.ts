/** Longer than anybody reads a menu, short enough that what it says is never old. */
const HELD_MS = 30_000;

/**
 * Whether a menu stands open: to replace it then moves what somebody is about to click. macOS tells when it opens and closes.
 * Electron on Linux tells only that one of its submenus is about to be shown (33.2: the host's `AboutToShow`; neither the menu's
 * own nor `opened` and `closed` reach the app), so there it counts as open until something in it is chosen, or for half a minute.
 */
export class OpenMenu {
  readonly #onFree: () => void;
  #isOpen = false;
  #held: NodeJS.Timeout | undefined;

  constructor(onFree: () => void) {
    this.#onFree = onFree;
  }

  get isOpen(): boolean {
    return this.#isOpen || this.#held !== undefined;
  }

  opened(): void {
    this.#isOpen = true;
  }

  submenuShown(): void {
    // Whether it is closed will be told.
    if (this.#isOpen) return;
    clearTimeout(this.#held);
    this.#held = setTimeout(() => this.over(), HELD_MS);
    this.#held.unref();
  }

  /** It was closed, or something in it was chosen. */
  over(): void {
    if (!this.isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#held);
    this.#held = undefined;
    this.#onFree();
  }
}
