import { basename, sep } from 'node:path';
import type { FileStat, ReadableFile } from '../platform/file-system.ts';
import type { ClosedAs } from '../types.ts';
import type { Change, DirectoryRef } from './change.ts';
import { identityOf, sameIdentity } from './fingerprint.ts';
import type { HandlePool } from './handle-pool.ts';
import { isMirrored, type MirroredArtefact, type Sighting } from './listing.ts';
import { firstCheckpoint, Mirror } from './mirror.ts';
import type { KnownGeneration, TailerDeps } from './tailing.ts';
import { judge } from './verdict.ts';

/** After so many rounds a descriptor that cannot be read any more must not keep a loss from being reported. */
const DRAIN_ATTEMPTS = 5;

/** `more`: the budget ended first. `raced`: the file changed between two of our calls, look again. */
export type Progress = 'done' | 'more' | 'raced';

/**
 * The generations of one directory that may still grow or move, and everything that can happen to one. What happened is
 * put into an outbox in the order in which it must be committed; state changes only together with its change, so that a
 * fault in the middle neither loses nor repeats one.
 */
export class Generations {
  readonly mirrors = new Map<number, Mirror>();
  /** By name on disk. */
  readonly byFileName = new Map<string, Mirror>();
  readonly handles: HandlePool;
  remainingBytes = 0;
  readonly #deps: TailerDeps;
  readonly #directory: DirectoryRef;
  #outbox: Change[] = [];

  constructor(deps: TailerDeps, directory: DirectoryRef, known: readonly KnownGeneration[], handles: HandlePool) {
    this.#deps = deps;
    this.#directory = directory;
    this.handles = handles;
    for (const { kind, name, nativeId, path, checkpoint, archived } of known) {
      const start = { kind, name, fileName: basename(path), checkpoint };
      this.#add(new Mirror({ ...start, ...(nativeId === undefined ? {} : { nativeId }), ...(archived ? { archived } : {}) }, false));
    }
  }

  takeChanges(): readonly Change[] {
    const changes = this.#outbox;
    this.#outbox = [];
    return changes;
  }

  pathOf(fileName: string): string {
    return this.#directory.path + sep + fileName;
  }

  /** A file that no generation covers. `undefined`: another file is there by now. */
  begin(sighting: Sighting): Mirror | undefined {
    const opened = this.#openAs(sighting);
    return opened && this.#begin(sighting.fileName, sighting.artefact, opened.file, opened.stat);
  }

  /** Proves the checkpoint, then reads on; at most `limitBytes`. The mirror in the result differs where a new generation began. */
  follow(mirror: Mirror, limitBytes: number): { readonly progress: Progress; readonly mirror: Mirror } {
    const file = this.#heldOrOpened(mirror);
    if (!file) return { progress: 'raced', mirror };
    const stat = file.stat();
    const { probe, headBytes } = mirror.prove(file, stat);
    const verdict = judge(mirror.checkpoint, probe);
    mirror.seenSize = stat.size;
    switch (verdict.is) {
      case 'unchanged':
        this.#settle(mirror, stat);
        return { progress: 'done', mirror };
      case 'appended':
        return { progress: this.#read(mirror, file, stat, headBytes, limitBytes), mirror };
      case 'truncated':
        return this.follow(this.#supersede(mirror, 'truncated', file, stat), limitBytes);
      case 'rewritten':
        return this.follow(this.#supersede(mirror, 'rewritten', file, stat), limitBytes);
      default:
        this.handles.release(mirror.id);
        return { progress: 'raced', mirror };
    }
  }

  /** Another file has its name and its own is nowhere: an atomic save or copy of the same bytes, or a replacement. */
  displace(mirror: Mirror, sighting: Sighting): Progress {
    const drained = this.#drain(mirror);
    if (!drained) return 'more';
    const opened = this.#openAs(sighting);
    if (!opened) return 'raced';
    if (this.#rebindTo(drained, sighting.fileName, opened)) return 'done';
    this.#close(drained, 'replaced');
    this.#begin(sighting.fileName, sighting.artefact, opened.file, opened.stat);
    return 'done';
  }

  /** Its name and its inode are gone. The result names the copy that carries it on, if any (copy and unlink instead of a rename). */
  vanish(
    mirror: Mirror,
    copies: readonly Sighting[],
    as: 'deleted' | 'replaced' = 'deleted',
  ): { readonly progress: Progress; readonly copy?: Sighting } {
    const drained = this.#drain(mirror);
    if (!drained) return { progress: 'more' };
    for (const copy of copies) {
      const opened = this.#openAs(copy);
      if (!opened) return { progress: 'raced' };
      if (this.#rebindTo(drained, copy.fileName, opened)) {
        this.#rename(drained, copy);
        return { progress: 'done', copy };
      }
      opened.file[Symbol.dispose]();
    }
    this.#close(drained, as);
    return { progress: 'done' };
  }

  /** Its inode has another name. */
  move(mirror: Mirror, sighting: Sighting): Progress {
    if (mirror.identity.birthtimeNs === 0n && !this.#stillContinues(mirror, sighting)) {
      // Without a birth time the inode number may be a reused one.
      this.#close(mirror, 'deleted');
      return this.begin(sighting) ? 'done' : 'raced';
    }
    this.#rename(mirror, sighting);
    return 'done';
  }

  /** Opens a descriptor now, so that what is written and destroyed before the next poll can be read. */
  keepOpen(mirror: Mirror): void {
    if (!this.handles.full) this.#heldOrOpened(mirror);
  }

  #add(mirror: Mirror): void {
    this.mirrors.set(mirror.id, mirror);
    this.byFileName.set(mirror.fileName, mirror);
  }

  #remove(mirror: Mirror): void {
    this.mirrors.delete(mirror.id);
    if (this.byFileName.get(mirror.fileName) === mirror) this.byFileName.delete(mirror.fileName);
    this.handles.release(mirror.id);
  }

  #begin(fileName: string, artefact: MirroredArtefact, file: ReadableFile, stat: FileStat): Mirror {
    const id = this.#deps.nextGenerationId();
    const { is: kind, name, archived } = artefact;
    const nativeId = artefact.is === 'index' ? undefined : artefact.nativeId;
    const shared = { kind, name, ...(nativeId === undefined ? {} : { nativeId }), ...(archived ? { archived } : {}) };
    const mirror = new Mirror({ ...shared, fileName, checkpoint: firstCheckpoint(id, stat) }, true);
    mirror.seenSize = stat.size;
    this.#outbox.push({
      change: 'opened',
      generation: {
        ...shared,
        id,
        directory: this.#directory,
        ...(artefact.is === 'transcript' ? { sessionId: artefact.sessionId } : {}),
        path: this.pathOf(fileName),
        identity: identityOf(stat),
        mtimeNs: stat.mtimeNs,
        at: this.#deps.clock.now(),
      },
    });
    this.#add(mirror);
    this.handles.hold(id, file);
    return mirror;
  }

  #read(mirror: Mirror, file: ReadableFile, stat: FileStat, headBytes: Uint8Array, limitBytes: number): Progress {
    let head = headBytes;
    let allowed = Math.min(limitBytes, this.remainingBytes);
    while (mirror.checkpoint.offset < stat.size) {
      if (allowed <= 0) return 'more';
      const stretch = mirror.readNext(file, stat, head, allowed);
      if (!stretch) return 'raced';
      const { start, bytes, checkpoint } = stretch;
      this.#outbox.push({ change: 'appended', generationId: mirror.id, start, bytes, checkpoint, at: this.#deps.clock.now() });
      mirror.advance(stretch);
      head = stretch.headBytes;
      allowed -= bytes.length;
      this.remainingBytes -= bytes.length;
      this.handles.touch(mirror.id);
    }
    this.#settle(mirror, stat);
    return 'done';
  }

  /** The inode holds other bytes now: the generation ends, the next begins in the same descriptor. */
  #supersede(mirror: Mirror, as: ClosedAs, file: ReadableFile, stat: FileStat): Mirror {
    this.handles.take(mirror.id);
    this.#close(mirror, as, as === 'truncated' ? stat.size : undefined);
    const artefact = this.#deps.classify(mirror.fileName);
    return this.#begin(mirror.fileName, isMirrored(artefact) ? artefact : { is: 'sidecar', name: mirror.name }, file, stat);
  }

  /** Reads what is left behind a name that is gone. The mirror to close, or `undefined` when there is more to read. */
  #drain(mirror: Mirror): Mirror | undefined {
    if (!this.handles.get(mirror.id)) return mirror;
    if (mirror.failedDrains >= DRAIN_ATTEMPTS) return mirror;
    mirror.failedDrains += 1;
    const { progress, mirror: last } = this.follow(mirror, Number.POSITIVE_INFINITY);
    if (progress === 'more') last.failedDrains = 0;
    return progress === 'done' ? last : undefined;
  }

  #rebindTo(mirror: Mirror, fileName: string, { file, stat }: Opened): boolean {
    if (!this.#continuesAs(mirror, { file, stat })) return false;
    const path = this.pathOf(fileName);
    const { id: generationId } = mirror;
    this.#outbox.push({
      change: 'rebound',
      generationId,
      path,
      identity: identityOf(stat),
      mtimeNs: stat.mtimeNs,
      at: this.#deps.clock.now(),
    });
    mirror.rebind(stat);
    mirror.seenSize = stat.size;
    this.handles.hold(generationId, file);
    return true;
  }

  #rename(mirror: Mirror, { fileName, artefact, stat }: Sighting): void {
    const { archived } = artefact;
    const path = this.pathOf(fileName);
    const at = this.#deps.clock.now();
    this.#outbox.push({ change: 'moved', generationId: mirror.id, path, ...(archived ? { archived } : {}), at });
    if (this.byFileName.get(mirror.fileName) === mirror) this.byFileName.delete(mirror.fileName);
    mirror.fileName = fileName;
    mirror.archived = archived;
    mirror.seenSize = stat.size;
    this.byFileName.set(fileName, mirror);
  }

  #close(mirror: Mirror, as: ClosedAs, sizeAfter?: number): void {
    const at = this.#deps.clock.now();
    // An archive is closed already; what can still be told of it is that its file has gone.
    if (mirror.isArchived) this.#outbox.push({ change: 'archive-gone', generationId: mirror.id, at });
    else this.#outbox.push({ change: 'closed', generationId: mirror.id, as, ...(sizeAfter === undefined ? {} : { sizeAfter }), at });
    this.#remove(mirror);
  }

  #settle(mirror: Mirror, stat: FileStat): void {
    mirror.failedDrains = 0;
    mirror.settle(stat, this.#deps.clock.monotonic(), this.#deps.clock.now());
  }

  #stillContinues(mirror: Mirror, sighting: Sighting): boolean {
    const held = this.handles.get(mirror.id);
    const opened = held ? { file: held, stat: held.stat() } : this.#openAs(sighting);
    if (!opened) return false;
    if (!held) this.handles.hold(mirror.id, opened.file);
    const verdict = judge(mirror.checkpoint, mirror.prove(opened.file, opened.stat).probe);
    return verdict.is === 'unchanged' || verdict.is === 'appended';
  }

  #continuesAs(mirror: Mirror, { file, stat }: Opened): boolean {
    try {
      return judge(mirror.checkpoint, mirror.prove(file, stat).probe).is === 'rebound';
    } catch (error) {
      file[Symbol.dispose]();
      throw error;
    }
  }

  #heldOrOpened(mirror: Mirror): ReadableFile | undefined {
    const held = this.handles.get(mirror.id);
    if (held) return held;
    const opened = this.#openIf(mirror.fileName, (stat) => sameIdentity(stat, mirror.identity));
    if (opened) this.handles.hold(mirror.id, opened.file);
    return opened?.file;
  }

  #openAs(sighting: Sighting): Opened | undefined {
    return this.#openIf(sighting.fileName, (stat) => sameIdentity(stat, sighting.stat));
  }

  #openIf(fileName: string, isExpected: (stat: FileStat) => boolean): Opened | undefined {
    const file = this.#deps.fs.open(this.pathOf(fileName));
    try {
      const stat = file.stat();
      if (isExpected(stat)) return { file, stat };
    } catch (error) {
      file[Symbol.dispose]();
      throw error;
    }
    file[Symbol.dispose]();
    return undefined;
  }
}

interface Opened {
  readonly file: ReadableFile;
  readonly stat: FileStat;
}
