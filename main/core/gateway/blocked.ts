import type { CoreError } from '../platform/errors.ts';
import type { WitnessStatus } from '../types.ts';
import { FOREIGN_PEER } from './gateway-connection.ts';

export type Problem = NonNullable<WitnessStatus['problem']>;

/** Codes of a gateway that is busy with itself, and soon is not. */
const PASSING = new Set(['UNAVAILABLE', 'AUTH_RATE_LIMITED']);
const PAIRING = new Set(['PAIRING_REQUIRED', 'NOT_PAIRED', 'DEVICE_IDENTITY_REQUIRED']);

/** What a person has to put right before we get in; `undefined` for what passes by itself. */
export function problemOf(error: CoreError): Problem | undefined {
  if (error.code === 'unreadable') return { code: 'token-unreadable', message: error.message, hint: error.hint };
  if (error.code === 'refused') {
    return { code: 'auth-refused', message: 'That address is not on this machine.', hint: error.hint };
  }
  if (error.code !== 'gateway-refused' || PASSING.has(error.hint)) return undefined;
  if (error.hint === 'PROTOCOL_MISMATCH') {
    return {
      code: 'protocol-mismatch',
      message: 'This OpenClaw speaks a protocol that Clawback does not know.',
      hint: 'Update Clawback. Files are recorded all the same.',
    };
  }
  if (error.hint === FOREIGN_PEER) {
    return {
      code: 'port-taken',
      message: "A program of another user answers where OpenClaw's gateway should. Clawback tells it nothing.",
      hint: 'Find out who listens at the port of gateway.port in openclaw.json, or let OpenClaw use another one.',
    };
  }
  if (PAIRING.has(error.hint)) {
    return {
      code: 'pairing-needed',
      message: 'OpenClaw wants to be asked before Clawback may listen.',
      hint: 'Run "openclaw devices list" and approve Clawback with "openclaw devices approve".',
    };
  }
  return {
    code: 'auth-refused',
    message: `OpenClaw's gateway refused Clawback (${error.hint}).`,
    hint: 'Check gateway.auth in openclaw.json, or start Clawback with the token in CLAWBACK_GATEWAY_TOKEN.',
  };
}
