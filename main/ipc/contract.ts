import type { CoreEvents, CoreRequests, ErrorShape, IgnoreRules, Retention } from '../core/requests.ts';
import type { Language, LanguageSetting } from '../wording/language.ts';

/** What the windows may ask of the core; the app passes these on as they are. */
export type CoreChannel =
  | 'status'
  | 'sessions'
  | 'sessionFacets'
  | 'session'
  | 'messages'
  | 'messageText'
  | 'search'
  | 'incidents'
  | 'incident'
  | 'dismiss'
  | 'restores'
  | 'planRestore'
  | 'restore'
  | 'planRecovery'
  | 'recoverAll'
  | 'undo'
  | 'export'
  | 'continuePrompt'
  | 'forget'
  | 'check'
  | 'pause'
  | 'resume'
  | 'discover'
  | 'testGateway'
  | 'planRecorder'
  | 'applyRecorder'
  | 'storage'
  | 'planMove'
  | 'moveBuffer'
  | 'eraseAll'
  | 'verify'
  | 'rebuildIndex'
  | 'selfTest';

export type NotifyPolicy = 'all' | 'loss-only' | 'off';

export interface Settings {
  /** 250 to 30,000 ms. */
  readonly flushIntervalMs: number;
  readonly notify: NotifyPolicy;
  /** Also tells, quietly, of resets that were to be expected; not under `off`. */
  readonly notifyResets: boolean;
  readonly openAtLogin: boolean;
  readonly language: LanguageSetting;
  /** Lists and the menu hide what conversations are called, which is made of what somebody wrote. */
  readonly maskTitles: boolean;
  /** State directories that the person added or switched off; discovery adds the rest. */
  readonly sources: readonly { readonly root: string; readonly enabled: boolean }[];
  /** Conversations that are not to be captured. */
  readonly ignore?: IgnoreRules;
  /** Which copies may go again; absent or empty: everything is kept. */
  readonly retention?: Retention;
}

export interface AppInfo {
  readonly version: string;
  readonly platform: string;
  readonly home: string;
  /** `unavailable` with a reason when the system cannot show notifications; the tray takes over. */
  readonly notifications: 'available' | 'unavailable';
  /** Only with `unavailable`; a code such as `unsupported`, `failed`, `no-answer`. */
  readonly notificationsReason?: string;
  readonly demo: boolean;
  /** Clawback never ran here before: what is asked once is asked now. */
  readonly firstStart?: boolean;
  /** Where a settings file that could not be understood was moved when the app started. */
  readonly settingsSetAside?: string;
  readonly loginItem: 'enabled' | 'disabled' | 'requires-approval' | 'unsupported';
}

/** Channels that the app answers itself. */
export interface AppRequests {
  'settings.get': { in: Record<string, never>; out: Settings };
  'settings.set': { in: Partial<Settings>; out: Settings };
  'app.info': { in: Record<string, never>; out: AppInfo };
  /** Asks where with a system dialog, then exports or restores to a file there; null when cancelled. */
  'dialog.saveFile': { in: { suggestedName: string }; out: string | null };
  /** Puts the core's `continuePrompt` on the clipboard, which windows themselves cannot write. */
  'conversation.copyPrompt': { in: { sessionRow: number }; out: { messages: number; truncated: boolean } };
  /** Shows its newest file in the system's file manager. Fails with `not-found` when OpenClaw has none any more. */
  'conversation.reveal': { in: { sessionRow: number }; out: null };
  'dialog.addSource': { in: Record<string, never>; out: string | null };
  /** Asks with a system dialog where the buffer is to be moved to; null when cancelled. */
  'dialog.moveBuffer': { in: Record<string, never>; out: string | null };
  /** For a buffer whose disk is lost: begins an empty one in Clawback's own directory. */
  'storage.anew': { in: Record<string, never>; out: null };
  /** Asks where with a system dialog, then writes the core's `diagnostics` there; null when cancelled. */
  'diagnostics.save': { in: Record<string, never>; out: { path: string; bytes: number } | null };
  /** Shows one of Clawback's own folders in the system's file manager. */
  'folder.reveal': { in: { folder: 'buffer' | 'logs' }; out: null };
  'window.open': { in: { window: 'recovery' | 'preferences'; incidentId?: string }; out: null };
}

/** Channel = key. `schemas.ts` has one schema for each, or it does not compile. */
export type Requests = Pick<CoreRequests, CoreChannel> & AppRequests;
export type Channel = keyof Requests;

export interface Events {
  status: CoreEvents['status'];
  incident: CoreEvents['incident'];
  resolved: CoreEvents['resolved'];
  progress: CoreEvents['progress'];
  'settings.changed': Settings;
  /** What windows speak from now on. */
  'language.changed': Language;
  /** The person came here from a notification or the menu. */
  'incident.selected': { readonly incidentId: string; readonly restore?: boolean };
  /** The person came here from a live conversation in the menu. */
  'conversation.selected': { readonly sessionRow: number };
}

/** What crosses the bridge for one request: an error is a value, so that its code and hint arrive. */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorShape };

/**
 * What the preload puts on `window.api`, and all that a window ever sees. Never rejects for an expected error: the context
 * bridge copies an Error without its code, hint and cause.
 */
export interface Bridge {
  request<K extends Channel>(channel: K, input: Requests[K]['in']): Promise<Reply<Requests[K]['out']>>;
  subscribe<K extends keyof Events>(event: K, listener: (payload: Events[K]) => void): () => void;
}

/** The bridge as the windows' own code uses it. Rejects with an `ErrorShape` as `cause`. */
export interface RendererApi {
  request<K extends Channel>(channel: K, input: Requests[K]['in']): Promise<Requests[K]['out']>;
  subscribe<K extends keyof Events>(event: K, listener: (payload: Events[K]) => void): () => void;
}
