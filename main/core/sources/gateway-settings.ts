import { isObject, type JsonObject, stringOf } from './json-value.ts';

/**
 * How a gateway lets its clients in, by its configuration. Facts: 2026.3.13, `resolveGatewayAuth`, `resolveGatewayBindHost`;
 * 2026.9.6 reads the same members.
 */
export interface GatewaySettings {
  readonly auth: GatewayAuth;
  /** The one address it listens on where that is none of this machine's loopback; `tailnet` for one that only it can tell. */
  readonly onlyAt?: string;
  /** `gateway.mode: "remote"`: this OpenClaw uses a gateway on another machine, often through a tunnel at the same port. */
  readonly isElsewhere: boolean;
  readonly tls: boolean;
}

export type GatewayAuth =
  | { readonly mode: 'token'; readonly token: string }
  | { readonly mode: 'password'; readonly password: string }
  | { readonly mode: 'none' }
  | { readonly mode: 'unreadable'; readonly reason: string; readonly hint: string };

/** A variable of the gateway's environment, as far as it is known here. */
export type Variable = (name: string) => string | undefined;

type Secret =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'absent' }
  | { readonly is: 'elsewhere'; readonly where: string; readonly hint: string };

const TEMPLATE = /(?<!\$)\$\{([A-Z_][A-Z0-9_]*)\}/g;
const WHOLE_TEMPLATE = /^\$\{([A-Z_][A-Z0-9_]*)\}$/;
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/;
const ENTER_IT = 'Put it into gateway.auth of openclaw.json, or start Clawback with it in CLAWBACK_GATEWAY_TOKEN.';

/** Pure and total: whatever stands in the file, this says how to connect or why that cannot be told. */
export function gatewaySettings(config: JsonObject | undefined, variable: Variable): GatewaySettings {
  const gateway = objectIn(config, 'gateway');
  const onlyAt = onlyAtOf(gateway);
  return {
    auth: authOf(objectIn(gateway, 'auth'), variable),
    isElsewhere: gateway?.mode === 'remote',
    tls: objectIn(gateway, 'tls')?.enabled === true,
    ...(onlyAt === undefined ? {} : { onlyAt }),
  };
}

/** Lines `NAME=value` of the `.env` that OpenClaw loads from its state directory; quotes around a value are taken off. */
export function readDotEnv(text: string): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (!found) continue;
    const [, name = '', value = ''] = found;
    const quoted = /^(["'])(.*)\1$/.exec(value);
    entries.push([name, quoted ? (quoted[2] ?? '') : value.replace(/\s+#.*$/, '')]);
  }
  return Object.fromEntries(entries);
}

/** Without a mode a password wins over a token; what the file says wins over the environment. */
function authOf(auth: JsonObject | undefined, variable: Variable): GatewayAuth {
  const token = secretOf(auth?.token, 'OPENCLAW_GATEWAY_TOKEN', variable);
  const password = secretOf(auth?.password, 'OPENCLAW_GATEWAY_PASSWORD', variable);
  const mode = stringOf(auth?.mode) ?? (password.is === 'absent' ? 'token' : 'password');
  if (mode === 'none') return { mode: 'none' };
  if (mode === 'trusted-proxy') {
    return {
      mode: 'unreadable',
      reason: 'The gateway takes connections through a trusted proxy alone.',
      hint: 'Clawback cannot listen to a gateway behind a proxy. Its files are recorded all the same.',
    };
  }
  if (mode !== 'token' && mode !== 'password') {
    return { mode: 'unreadable', reason: 'openclaw.json names a way to log in that Clawback does not know.', hint: ENTER_IT };
  }
  const secret = mode === 'token' ? token : password;
  if (secret.is === 'elsewhere') return { mode: 'unreadable', reason: `The gateway's ${mode} is kept ${secret.where}.`, hint: secret.hint };
  if (secret.is === 'absent') {
    return { mode: 'unreadable', reason: `openclaw.json holds no ${mode} of the gateway.`, hint: ENTER_IT };
  }
  return mode === 'token' ? { mode, token: secret.text } : { mode, password: secret.text };
}

/** A text may name variables (`${NAME}`); an object is a reference that OpenClaw resolves when it starts. */
function secretOf(value: unknown, fallback: string, variable: Variable): Secret {
  if (isObject(value)) return referenceOf(value, variable);
  const written = stringOf(value)?.trim();
  if (written === undefined || written === '') {
    const fromEnv = variable(fallback)?.trim();
    return fromEnv === undefined || fromEnv === '' ? { is: 'absent' } : { is: 'text', text: fromEnv };
  }
  const whole = WHOLE_TEMPLATE.exec(written)?.[1];
  if (whole !== undefined) return fromVariable(whole, variable);
  const missing = [...written.matchAll(TEMPLATE)].map((found) => found[1] ?? '').find((name) => variable(name) === undefined);
  if (missing !== undefined) return fromVariable(missing, variable);
  const text = written.replace(TEMPLATE, (_, name: string) => variable(name) ?? '').replaceAll('$${', '${');
  return { is: 'text', text };
}

/** SecretRef: `{source: 'env'|'file'|'exec', provider, id}`. Files and programs are OpenClaw's own business to open and run. */
function referenceOf(reference: JsonObject, variable: Variable): Secret {
  const id = stringOf(reference.id);
  if (reference.source === 'env' && id !== undefined) return fromVariable(id, variable);
  const where = reference.source === 'exec' ? 'by a program that OpenClaw runs' : 'in a secret store that only OpenClaw opens';
  return {
    is: 'elsewhere',
    where,
    hint: 'Start Clawback with the token in CLAWBACK_GATEWAY_TOKEN ("openclaw gateway auth-token --show" prints it).',
  };
}

function fromVariable(name: string, variable: Variable): Secret {
  const text = variable(name)?.trim();
  if (text !== undefined && text !== '') return { is: 'text', text };
  return { is: 'elsewhere', where: `in the variable ${name}, which Clawback cannot see`, hint: ENTER_IT };
}

function onlyAtOf(gateway: JsonObject | undefined): string | undefined {
  if (gateway?.bind === 'tailnet') return 'tailnet';
  const host = gateway?.bind === 'custom' ? stringOf(gateway.customBindHost)?.trim() : undefined;
  // What is no address OpenClaw answers by listening everywhere.
  if (host === undefined || !IPV4.test(host) || host.startsWith('127.') || host === '0.0.0.0') return undefined;
  return host;
}

function objectIn(value: JsonObject | undefined, key: string): JsonObject | undefined {
  const inner = value?.[key];
  return isObject(inner) ? inner : undefined;
}
