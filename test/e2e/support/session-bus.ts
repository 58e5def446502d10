import dbus from 'dbus-next';

/** Without the Variants that carry the types on the bus. */
export function plain(value: unknown): unknown {
  if (value instanceof dbus.Variant) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value;
}

export interface Call {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: unknown[];
}

export async function call(bus: dbus.MessageBus, { signature = '', body = [], ...target }: Call): Promise<readonly unknown[]> {
  const reply = await bus.call(new dbus.Message({ ...target, signature, body }));
  return reply?.body ?? [];
}

/** Throws when another program of this session has the name: the tests would look at the wrong one. */
export async function ownName(bus: dbus.MessageBus, name: string): Promise<void> {
  const doNotQueue = 4;
  const owner = 1;
  if ((await bus.requestName(name, doNotQueue)) !== owner) throw new Error(`another program owns ${name} on this session bus`);
}
