import dbus from 'dbus-next';
import { eventually } from './eventually.ts';
import { call, ownName, plain } from './session-bus.ts';

const { Interface, ACCESS_READ } = dbus.interface;
const watcherName = 'org.kde.StatusNotifierWatcher';
const itemInterface = 'org.kde.StatusNotifierItem';
const menuInterface = 'com.canonical.dbusmenu';

/** The least that makes Electron's Tray register: a StatusNotifierWatcher with a host. No panel, no pixels. */
class Watcher extends Interface {
  readonly items: string[] = [];

  constructor() {
    super(watcherName);
  }

  get RegisteredStatusNotifierItems(): string[] {
    return this.items;
  }
  get IsStatusNotifierHostRegistered(): boolean {
    return true;
  }
  get ProtocolVersion(): number {
    return 0;
  }
  RegisterStatusNotifierItem(service: string): void {
    this.items.push(service);
    this.StatusNotifierItemRegistered(service);
  }
  RegisterStatusNotifierHost(): void {}
  StatusNotifierItemRegistered(service: string): string {
    return service;
  }
}
Watcher.configureMembers({
  properties: {
    RegisteredStatusNotifierItems: { signature: 'as', access: ACCESS_READ },
    IsStatusNotifierHostRegistered: { signature: 'b', access: ACCESS_READ },
    ProtocolVersion: { signature: 'i', access: ACCESS_READ },
  },
  methods: { RegisterStatusNotifierItem: { inSignature: 's' }, RegisterStatusNotifierHost: {} },
  signals: { StatusNotifierItemRegistered: { signature: 's' } },
});

export interface MenuNode {
  readonly id: number;
  readonly label: string;
  readonly enabled: boolean;
  readonly children: readonly MenuNode[];
}

export interface TrayItem {
  tooltip(): Promise<string>;
  /** Digest of the pixels, to tell one icon from another. */
  icon(): Promise<string>;
  menu(): Promise<readonly MenuNode[]>;
  /** Labels of the first level. */
  labels(): Promise<readonly string[]>;
  /** Whether a label of the first level begins so. */
  offers(label: string): Promise<boolean>;
  /** Shows a submenu, by the beginning of its label, as a panel does. */
  expand(label: string): Promise<void>;
  /** By the beginnings of labels from the first level down; throws when it is not there or disabled. */
  click(...path: readonly string[]): Promise<void>;
  activate(): Promise<void>;
}

export interface TrayHost {
  /** Waits for the next item to register; earlier ones belong to apps of earlier tests. */
  nextItem(): Promise<TrayItem>;
  stop(): void;
}

export async function startTrayHost(): Promise<TrayHost> {
  const bus = dbus.sessionBus();
  const watcher = new Watcher();
  bus.export('/StatusNotifierWatcher', watcher);
  await ownName(bus, watcherName);
  let taken = 0;
  return {
    async nextItem() {
      const registered = await eventually('a tray item', () => watcher.items[taken]);
      taken += 1;
      const slash = registered.indexOf('/');
      return trayItem(
        bus,
        slash < 0 ? registered : registered.slice(0, slash),
        slash < 0 ? '/StatusNotifierItem' : registered.slice(slash),
      );
    },
    stop: () => bus.disconnect(),
  };
}

function trayItem(bus: dbus.MessageBus, destination: string, path: string): TrayItem {
  const property = async (name: string) => {
    const [value] = await call(bus, {
      destination,
      path,
      interface: 'org.freedesktop.DBus.Properties',
      member: 'Get',
      signature: 'ss',
      body: [itemInterface, name],
    });
    return plain(value);
  };
  const menu = async () => {
    const body = [0, -1, []];
    const target = { destination, path: String(await property('Menu')), interface: menuInterface };
    const [, layout] = await call(bus, { ...target, member: 'GetLayout', signature: 'iias', body });
    return menuNode(plain(layout)).children;
  };
  return {
    menu,
    tooltip: async () => String(((await property('ToolTip')) as readonly unknown[])[2]),
    icon: async () => JSON.stringify(await property('IconPixmap')),
    offers: async (label) => (await menu()).some((node) => node.label.startsWith(label)),
    labels: async () => (await menu()).map((node) => node.label).filter((label) => label !== ''),
    async expand(label) {
      const hit = (await menu()).find((node) => node.label.startsWith(label));
      if (hit === undefined) throw new Error(`no submenu "${label}"`);
      const target = { destination, path: String(await property('Menu')), interface: menuInterface };
      await call(bus, { ...target, member: 'AboutToShow', signature: 'i', body: [hit.id] });
    },
    async click(...labels) {
      let nodes = await menu();
      let hit: MenuNode | undefined;
      for (const label of labels) {
        hit = nodes.find((node) => node.label.startsWith(label));
        if (hit === undefined) throw new Error(`no menu item "${label}" among ${nodes.map((node) => node.label).join(' | ')}`);
        if (!hit.enabled) throw new Error(`menu item "${label}" is disabled`);
        nodes = hit.children;
      }
      const body = [hit?.id ?? 0, 'clicked', new dbus.Variant('i', 0), 0];
      const target = { destination, path: String(await property('Menu')), interface: menuInterface };
      await call(bus, { ...target, member: 'Event', signature: 'isvu', body });
    },
    async activate() {
      await call(bus, { destination, path, interface: itemInterface, member: 'Activate', signature: 'ii', body: [0, 0] });
    },
  };
}

/** `[id, properties, children]`; a missing `enabled` means true, and `_` marks an access key in a label. */
function menuNode(layout: unknown): MenuNode {
  const [id, properties, children] = layout as [number, Record<string, unknown>, readonly unknown[]];
  return {
    id,
    label: typeof properties.label === 'string' ? properties.label.replace(/_(.)/g, '$1') : '',
    enabled: properties.enabled !== false,
    children: children.map(menuNode),
  };
}
