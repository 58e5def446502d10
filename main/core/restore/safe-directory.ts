import { accessSync, constants, realpathSync, statfsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { look } from './target-disk.ts';

export type DirectoryCheck =
  | { readonly is: 'ready'; readonly path: string; readonly writable: boolean; readonly freeBytes: number | undefined }
  /** Only its last part is missing and may be created. */
  | { readonly is: 'missing'; readonly path: string; readonly writable: boolean; readonly freeBytes: number | undefined }
  | { readonly is: 'unsafe'; readonly reason: string };

/**
 * Whether a sessions directory is the one it claims to be. Nothing on the way from the state directory down to it may
 * be a symbolic link: a link that somebody planted would make the restore write elsewhere.
 */
export function checkSessionsDirectory(path: string, root: string): DirectoryCheck {
  if (!isCleanAbsolute(path)) return { is: 'unsafe', reason: 'the folder of sessions has no clean absolute path' };
  const parent = real(dirname(path));
  if (parent === undefined) return { is: 'unsafe', reason: `the folder above the sessions is gone: ${dirname(path)}` };
  const expected = expectedRealPath(path, root);
  if (join(parent, basename(path)) !== expected) return { is: 'unsafe', reason: `a symbolic link leads to ${path}` };
  const stat = look(path);
  if (stat === undefined) {
    if (basename(path) !== 'sessions') return { is: 'unsafe', reason: `the folder of sessions is gone: ${path}` };
    return { is: 'missing', path: expected, ...roomIn(parent) };
  }
  if (!stat.isDirectory()) return { is: 'unsafe', reason: `not a folder: ${path}` };
  return { is: 'ready', path: expected, ...roomIn(expected) };
}

/** The folder that a person chose for a file; it must exist. */
export function checkOutputDirectory(path: string): DirectoryCheck {
  const directory = real(path);
  if (directory === undefined) return { is: 'unsafe', reason: `there is no folder ${path}` };
  if (look(directory)?.isDirectory() !== true) return { is: 'unsafe', reason: `not a folder: ${path}` };
  return { is: 'ready', path: directory, ...roomIn(directory) };
}

/** The directory still is what it was when the path was recorded: none of its parts became a link. */
export function isStillItself(directory: string): boolean {
  return isCleanAbsolute(directory) && real(directory) === directory;
}

export function isCleanAbsolute(path: string): boolean {
  return isAbsolute(path) && !path.includes('\0') && resolve(path) === path;
}

/** A state directory may itself be a link (people keep it elsewhere); a folder outside of it is taken as it stands. */
function expectedRealPath(path: string, root: string): string {
  const realRoot = real(root);
  return realRoot !== undefined && isInside(path, root) ? join(realRoot, relative(root, path)) : path;
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP') return undefined;
    throw error;
  }
}

function roomIn(directory: string): { readonly writable: boolean; readonly freeBytes: number | undefined } {
  return { writable: isWritable(directory), freeBytes: freeBytes(directory) };
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS') return false;
    throw error;
  }
}

/** `undefined`: the file system does not say. */
function freeBytes(directory: string): number | undefined {
  const { bavail, bsize, blocks } = statfsSync(directory);
  return blocks === 0 ? undefined : bavail * bsize;
}
