import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import dbus from 'dbus-next';
import { PNG } from 'pngjs';
import { startTrayHost } from '../../test/e2e/support/tray-host.ts';
import { isOnPath, runCommand } from '../command.ts';
import { BuildError } from '../project.ts';
import { fonts, keepPicture } from './pictured-app.ts';

const programs = ['xfce4-panel', 'xdotool', 'import'];
const startTimeoutMs = 20_000;
const lookMs = 100;
const menuTimeoutMs = 10_000;
const panelPx = 28;
/** As sharp as the windows. */
const scale = 2;

/** What shows the icon of the app, and its menu. */
export interface Panel extends AsyncDisposable {
  /** The panel with the open menu, which no window may hide; nothing where there is no panel that draws. */
  takePicture(file: string): Promise<void>;
}

/** A real panel with nothing but the icons of apps. Where none is installed, something that takes the icon and draws nothing. */
export async function startPanel(): Promise<Panel> {
  const missing = programs.filter((program) => !isOnPath(program));
  if (missing.length > 0) {
    process.stderr.write(`No picture of the menu, because these are not installed: ${missing.join(', ')}.\n`);
    const host = await startTrayHost();
    return { takePicture: async () => undefined, [Symbol.asyncDispose]: async () => host.stop() };
  }
  const child = await startXfcePanel();
  return {
    async takePicture(file) {
      await keepPicture(await openMenu(), file);
      await run('xdotool', ['key', 'Escape']);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

async function startXfcePanel(): Promise<ChildProcess> {
  const { XDG_CONFIG_HOME: config } = process.env;
  if (config === undefined) throw new BuildError('The panel needs a desktop of its own.', 'npm run screens');
  const folder = path.join(config, 'xfce4', 'xfconf', 'xfce-perchannel-xml');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'xfce4-panel.xml'), settings);
  // The bus starts what serves the settings, with its own environment.
  await run('dbus-update-activation-environment', ['XDG_CONFIG_HOME', 'XDG_CURRENT_DESKTOP', 'DISPLAY']);
  const child = spawn('xfce4-panel', ['--disable-wm-check'], {
    stdio: 'ignore',
    env: { ...process.env, GDK_SCALE: String(scale), FONTCONFIG_FILE: fonts },
  });
  const bus = dbus.sessionBus();
  const until = performance.now() + startTimeoutMs;
  try {
    while (!(await isOwned(bus, 'org.kde.StatusNotifierWatcher'))) {
      if (child.exitCode !== null || performance.now() > until) throw new BuildError('xfce4-panel did not start.');
      await pause(lookMs);
    }
  } finally {
    bus.disconnect();
  }
  return child;
}

async function isOwned(bus: dbus.MessageBus, name: string): Promise<boolean> {
  const destination = 'org.freedesktop.DBus';
  const reply = await bus.call(
    new dbus.Message({
      destination,
      path: '/org/freedesktop/DBus',
      interface: destination,
      member: 'NameHasOwner',
      signature: 's',
      body: [name],
    }),
  );
  return reply?.body[0] === true;
}

/** The upper right of the screen, where the menu is. */
async function openMenu(): Promise<PNG> {
  const closed = await screen();
  const middle = Math.round((panelPx * scale) / 2);
  await run('xdotool', ['mousemove', String(closed.width - middle), String(middle), 'click', '3']);
  const until = performance.now() + menuTimeoutMs;
  let before = closed;
  for (;;) {
    await pause(lookMs);
    const now = await screen();
    const menu = difference(closed, now, panelPx * scale);
    if (menu !== undefined && now.data.equals(before.data)) return cropped(now, menu);
    if (performance.now() > until) throw new BuildError('The menu of the app did not open.');
    before = now;
  }
}

async function screen(): Promise<PNG> {
  const child = spawn('import', ['-window', 'root', 'png:-'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const parts: Buffer[] = [];
  for await (const part of child.stdout) parts.push(part);
  return PNG.sync.read(Buffer.concat(parts));
}

interface Box {
  readonly left: number;
  readonly bottom: number;
}

/** Where two pictures of the screen differ below `top`. */
function difference(a: PNG, b: PNG, top: number): Box | undefined {
  let left = a.width;
  let bottom = 0;
  for (let y = top; y < a.height; y += 1) {
    for (let x = 0; x < a.width; x += 1) {
      const at = (y * a.width + x) * 4;
      if (a.data.readUInt32LE(at) === b.data.readUInt32LE(at)) continue;
      left = Math.min(left, x);
      bottom = y + 1;
    }
  }
  return bottom === 0 ? undefined : { left, bottom };
}

function cropped(picture: PNG, { left, bottom }: Box): PNG {
  const part = new PNG({ width: picture.width - left, height: bottom });
  PNG.bitblt(picture, part, left, 0, part.width, part.height, 0, 0);
  return part;
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const { status, output } = await runCommand(program, args);
  if (status !== 0) throw new BuildError(`${program} failed: ${output}`);
}

/** One panel along the upper edge: an empty stretch, and the icons of apps at its right end. */
const settings = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="${panelPx}"/>
      <property name="icon-size" type="uint" value="0"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray">
      <property name="show-frame" type="bool" value="false"/>
      <property name="square-icons" type="bool" value="true"/>
      <property name="single-row" type="bool" value="true"/>
      <property name="known-items" type="array"/>
    </property>
  </property>
</channel>
`;
