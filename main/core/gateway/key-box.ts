import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { CoreError } from '../platform/errors.ts';
import type { SecretBox } from './secret-box.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A box that a key opens which the system's safe storage keeps: AES-256-GCM, as nonce (12), tag (16), sealed bytes. Throws
 * CoreError `invalid` for a key that is not 32 bytes long.
 */
export function keyBox(key: Uint8Array): SecretBox {
  if (key.length !== KEY_BYTES) throw new CoreError('invalid', 'the key of the safe storage has a wrong length', 'Start Clawback again.');
  return {
    kind: 'keychain',
    seal(plain) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce);
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    },
    open(sealed) {
      const tagEnd = NONCE_BYTES + TAG_BYTES;
      const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, tagEnd));
      return Buffer.concat([decipher.update(sealed.subarray(tagEnd)), decipher.final()]);
    },
  };
}
