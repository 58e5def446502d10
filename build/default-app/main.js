// Stands in for Electron's own default_app.asar where the development runtime comes without one: `electron [options] <folder or file>`.
// Its top-level await is on purpose: Electron delays `ready` until this module has settled, so an app may be ESM or CommonJS.
import fs from 'node:fs';
import { Module } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

/** Reads Electron's own switches and finds the app; Chromium's switches may stand anywhere before it. */
function readCommandLine(argv) {
  const preloads = [];
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index];
    if (argument === '-v' || argument === '--version') return { print: `v${process.versions.electron}`, preloads };
    if (argument === '-a' || argument === '--abi') return { print: process.versions.modules, preloads };
    if (argument === '-r' || argument === '--require') preloads.push(argv[++index]);
    else if (argument.startsWith('--app=')) return { app: argument.slice('--app='.length), preloads };
    else if (!argument.startsWith('-')) return { app: argument, preloads };
  }
  return { preloads };
}

function readPackage(dir) {
  const file = path.join(dir, 'package.json');
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
}

function isModule(entry) {
  if (entry.endsWith('.mjs')) return true;
  if (entry.endsWith('.cjs')) return false;
  for (let dir = path.dirname(entry); ; dir = path.dirname(dir)) {
    const manifest = readPackage(dir);
    if (manifest) return manifest.type === 'module';
    if (dir === path.dirname(dir)) return false;
  }
}

function adoptPackage(dir) {
  const manifest = readPackage(dir) ?? {};
  if (manifest.version) app.setVersion(manifest.version);
  if (manifest.productName || manifest.name) app.name = manifest.productName ?? manifest.name;
  if (process.platform === 'linux') app.setDesktopName(manifest.desktopName ?? `${app.name}.desktop`);
}

async function start(file, preloads) {
  Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true });
  if (preloads.length > 0) Module._preloadModules(preloads);
  const root = path.resolve(file);
  let entry = root;
  if (fs.statSync(root).isDirectory()) {
    adoptPackage(root);
    app.setAppPath(root);
    entry = Module._resolveFilename(root, null, true);
  } else {
    app.setAppPath(path.dirname(root));
  }
  if (isModule(entry)) await import(pathToFileURL(entry).href);
  else Module._load(entry, Module, true);
}

const commandLine = readCommandLine(process.argv.slice(1));
if (commandLine.print) {
  console.log(commandLine.print);
  process.exit(0);
}
if (!commandLine.app) {
  console.error('usage: electron [options] <app folder or file>');
  process.exit(1);
}
try {
  await start(commandLine.app, commandLine.preloads);
} catch (error) {
  console.error(`The app could not be started\n${error?.stack ?? error}`);
  app.exit(1);
}
