import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { displayTextIn } from './support/display-text.ts';
import { isBelow, layerOf, layers } from './support/layers.ts';
import { importsOf, type ModuleImport, readSources } from './support/source-files.ts';

const product = readSources('main', 'renderer');
const everything = readSources('main', 'renderer', 'build', 'test', 'native-helpers', 'vitest.config.ts');
const productImports = product.flatMap(importsOf);

const maxLines = 400;
const networkModules = ['node:net', 'node:http', 'node:https', 'node:http2', 'node:tls', 'node:dgram', 'node:dns', 'node:dns/promises'];
/** Whether a gateway listens on this machine is asked here and nowhere else in the core. */
const localPortProbe = 'main/core/platform/local-port.ts';
/** A gateway is spoken to here and nowhere else in the product; it refuses every address but this machine's own. */
const gatewaySocket = 'main/core/gateway/gateway-socket.ts';

function place(found: ModuleImport): string {
  return `${found.from}:${found.line} imports ${found.specifier}`;
}

function isAllowedPackage(name: string, allowed: readonly string[]): boolean {
  return allowed.includes(name) || (allowed.includes('node:*') && name.startsWith('node:'));
}

function breaksLayer(found: ModuleImport): boolean {
  const layer = layerOf(found.from);
  if (layer === undefined) return true;
  if (!found.isRelative) return !isAllowedPackage(found.target, layer.packages);
  // A file layer inside a folder (core/types.ts) is no part of that folder's own inside.
  if (isBelow(found.target, layer.path) && layerOf(found.target) === layer) return false;
  if (layer.values.some((allowed) => isBelow(found.target, allowed))) return false;
  return !(found.isTypeOnly && layer.types.some((allowed) => isBelow(found.target, allowed)));
}

function importersOf(name: string): readonly string[] {
  return [...new Set(productImports.filter((found) => found.target === name).map((found) => found.from))];
}

function linesThatMatch(files: readonly { readonly path: string; readonly text: string }[], pattern: RegExp): readonly string[] {
  return files.flatMap((file) =>
    file.text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1} ${line.trim()}`] : [])),
  );
}

/** npm leaves packages out of the lock file that it could not see when it wrote it; `npm ci` then fails, or macOS lacks its binaries. */
function unlockedOptionalPackages(): readonly string[] {
  const lockFile = readFileSync(path.join(import.meta.dirname, '..', 'package-lock.json'), 'utf8');
  const packages: Record<string, { readonly optionalDependencies?: Record<string, string> }> = JSON.parse(lockFile).packages;
  const locked = new Set(
    Object.keys(packages).map((location) => location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length)),
  );
  const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  return [...new Set(wanted)].filter((name) => !locked.has(name));
}

describe('architecture', () => {
  it('reads a source tree and its imports', () => {
    expect(product.length).toBeGreaterThan(50);
    expect(productImports.length).toBeGreaterThan(100);
    expect(layers.filter((layer) => !product.some((file) => isBelow(file.path, layer.path)))).toEqual([]);
  });

  it('imports only in the allowed directions', () => {
    expect(productImports.filter(breaksLayer).map(place)).toEqual([]);
  });

  it('keeps Electron in the app and the preload', () => {
    const outside = importersOf('electron').filter((file) => !isBelow(file, 'main/app') && !isBelow(file, 'main/preload'));
    expect(outside).toEqual([]);
  });

  it('touches ipcMain in the router alone', () => {
    const users = product.filter((file) => /\bipcMain\b/.test(file.text)).map((file) => file.path);
    expect(users).toEqual(['main/app/ipc-router.ts']);
  });

  it('opens SQLite in one file', () => {
    expect(importersOf('better-sqlite3')).toHaveLength(1);
  });

  it('watches files through one file', () => {
    expect(importersOf('chokidar')).toHaveLength(1);
  });

  it('speaks to gateways through one file', () => {
    expect(importersOf('ws')).toEqual([gatewaySocket]);
  });

  it('gives the core no network but the probe of a local port and the socket to a gateway', () => {
    const network = productImports.filter((found) => isBelow(found.from, 'main/core') && networkModules.includes(found.target));
    const calls = linesThatMatch(
      product.filter((file) => isBelow(file.path, 'main/core') && file.path !== gatewaySocket),
      /\b(?:fetch|new WebSocket)\(/,
    );
    expect([...network.filter((found) => found.from !== localPortProbe).map(place), ...calls]).toEqual([]);
  });

  it('has no import cycle between the parts of the core', () => {
    const partOf = (file: string) => /^main\/core\/([a-z]+)\//.exec(file)?.[1];
    const edges = new Map<string, Set<string>>();
    for (const found of productImports) {
      const [from, to] = [partOf(found.from), partOf(found.target)];
      if (found.isTypeOnly || from === undefined || to === undefined || from === to) continue;
      edges.set(from, (edges.get(from) ?? new Set()).add(to));
    }
    const reaches = (from: string, goal: string, seen: Set<string>): boolean =>
      [...(edges.get(from) ?? [])].some((next) => next === goal || (!seen.has(next) && reaches(next, goal, seen.add(next))));
    expect([...edges.keys()].filter((part) => reaches(part, part, new Set()))).toEqual([]);
  });

  it('takes every text that a person sees from the catalogue', () => {
    const faces = product.filter((file) => /\.tsx?$/.test(file.path) && (isBelow(file.path, 'renderer') || isBelow(file.path, 'main/app')));
    expect(faces.length).toBeGreaterThan(40);
    expect(faces.flatMap(displayTextIn)).toEqual([]);
  });

  it('keeps every file within one reading', () => {
    const long = everything.map((file) => ({ path: file.path, lines: file.text.trimEnd().split('\n').length }));
    expect(long.filter((file) => file.lines > maxLines)).toEqual([]);
  });

  it('leaves no test out and retries none', () => {
    const tests = everything.filter((file) => file.path.endsWith('.test.ts'));
    expect(linesThatMatch(tests, /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:skip|only|todo|skipIf|runIf|fails)\b|\bretry:/)).toEqual([]);
  });

  it('leaves no unfinished work behind', () => {
    expect(linesThatMatch(everything, new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK'].join('|')})\\b`))).toEqual([]);
  });

  it('locks the packages of every platform, also of those that this machine cannot install', () => {
    expect(unlockedOptionalPackages()).toEqual([]);
  });

  it("names no path of somebody's machine", () => {
    expect(linesThatMatch(everything, /(?<![\w.~*)\]])\/(?:root|work)\/\w/)).toEqual([]);
  });
});
