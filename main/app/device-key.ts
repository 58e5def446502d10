import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../core/platform/clock.ts';
import type { Logger } from '../core/platform/logger.ts';
import { readPrivateFile, setAside, writePrivateFile } from '../core/platform/private-file.ts';

/** The part of Electron's `safeStorage` that is used. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean;
  /** Linux alone. */
  getSelectedStorageBackend?(): string;
  encryptString(plain: string): Buffer;
  decryptString(sealed: Buffer): string;
}

export interface DeviceKeyDeps {
  readonly home: string;
  readonly storage: SafeStorage;
  readonly clock: Clock;
  readonly log: Logger;
}

const keyPattern = /^[0-9a-f]{64}$/;

/**
 * The key that locks up what gateways know this device by: 32 bytes in hex, sealed by the system's safe storage in
 * `<home>/device.key`. A core process has no safe storage of its own. `undefined` where there is none: the files' own mode is
 * what keeps others out then. A key that can no longer be opened is set aside, and the device introduces itself anew.
 */
export function deviceKey({ home, storage, clock, log }: DeviceKeyDeps): string | undefined {
  try {
    if (!isSafe(storage)) return undefined;
    const path = join(home, 'device.key');
    const sealed = readPrivateFile(path);
    if (sealed !== undefined) {
      const key = opened(storage, sealed);
      if (key !== undefined) return key;
      setAside(path, clock.now());
      log.log('warn', 'device-key-damaged', {});
    }
    const key = randomBytes(32).toString('hex');
    writePrivateFile(path, `${storage.encryptString(key).toString('base64')}\n`);
    return key;
  } catch (error) {
    // Nothing that Clawback is for may fail because a keychain is locked or a disk is full.
    log.log('warn', 'device-key-unavailable', { message: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

/** Without a keyring Chromium encrypts with a password that everybody knows. */
function isSafe(storage: SafeStorage): boolean {
  return storage.isEncryptionAvailable() && storage.getSelectedStorageBackend?.() !== 'basic_text';
}

/** `undefined` for what this keychain did not seal. */
function opened(storage: SafeStorage, sealed: string): string | undefined {
  try {
    const key = storage.decryptString(Buffer.from(sealed, 'base64'));
    return keyPattern.test(key) ? key : undefined;
  } catch {
    // Sealed by another keychain, or no longer whole: the caller sets it aside.
    return undefined;
  }
}
