import { assertNever } from '../platform/errors.ts';
import { calmTargets, type Targets } from './calm-targets.ts';
import { type Candidate, Candidates } from './candidates.ts';
import type { Change, DirectoryRef } from './change.ts';
import { DirectoryContents } from './directory-contents.ts';
import { DirectorySight, type Sight } from './directory-sight.ts';
import { faultOf } from './file-fault.ts';
import { Generations, type Progress } from './generations.ts';
import { HandlePool } from './handle-pool.ts';
import { Heat } from './heat.ts';
import { type Match, matchListing, type Sighting } from './listing.ts';
import { CHUNK_LIMIT_BYTES, type Mirror } from './mirror.ts';
import { SkippedFiles } from './skipped-files.ts';
import type { CreateDirectoryTailer, DirectoryListing, DirectoryTailer, TailerDeps } from './tailing.ts';

/** While names keep changing under us, what is left is settled by the next round. */
const LOOK_ATTEMPTS = 4;

/**
 * Mirrors one sessions directory, step by step:
 *
 * 1. Stat the directory. Its time stamp moved (or is too young or too old to be trusted): list the names. It cannot be seen: nothing
 *    follows, descriptors stay open. It is gone and we would see it: every generation is drained and closed.
 * 2. Stat the files that may have changed, in a sweep all of them, and match them with the known generations by inode and
 *    name. A generation that seems gone is looked for under every name of a fresh listing before that is believed.
 * 3. Renamed: `moved`. Another inode at the name, or none: first drain the held descriptor to its end, then compare the
 *    bytes; equal is `rebound`, else the generation is closed. Same inode, size and (settled) time: nothing is read.
 * 4. Read, live files first, then the newest: prove head and tail of the checkpoint, judge, read to the size of this very
 *    stat. Whatever is not proven closes the generation and starts the next one from 0.
 * 5. Whatever fails for one file skips that file for this round.
 *
 * Limits. Not seen: a rewrite of equal length that changes neither the first 1024 nor the last 64 bytes (the index is compared
 * as a whole); a version that comes and goes between two looks, unless its descriptor was held.
 */
export const createDirectoryTailer: CreateDirectoryTailer = (deps, directory, known) => {
  const generations = new Generations(deps, directory, known, deps.handles ?? new HandlePool());
  return new PolledDirectory(deps, directory, generations, known[0]?.checkpoint.identity.dev);
};

class PolledDirectory implements DirectoryTailer {
  readonly directory: DirectoryRef;
  sweepCostMs = 0;
  readonly #deps: TailerDeps;
  readonly #generations: Generations;
  readonly #sight: DirectorySight;
  readonly #contents: DirectoryContents;
  readonly #skipped: SkippedFiles;
  readonly #heat: Heat;
  /** Files that no generation covers yet; the first import reads them by and by. */
  readonly #candidates = new Candidates();
  /** Generations that must be proven or read. */
  readonly #due = new Set<Mirror>();
  /** Names to look at in the next poll. */
  readonly #dirty = new Set<string>();
  readonly #hinted = new Set<string>();
  #mustList = false;
  #mustLookAtAll = true;
  #state: Pick<DirectoryListing, 'state' | 'reason'> = { state: 'ok' };
  #listing: DirectoryListing | undefined;

  constructor(deps: TailerDeps, directory: DirectoryRef, generations: Generations, knownDev: bigint | undefined) {
    this.directory = directory;
    this.#deps = deps;
    this.#generations = generations;
    this.#sight = new DirectorySight(deps.fs, deps.clock, directory.path, knownDev);
    this.#skipped = new SkippedFiles(deps.clock, deps.log, directory.path);
    this.#contents = new DirectoryContents(deps.fs, deps.classify, (name) => generations.pathOf(name), this.#skipped);
    this.#heat = new Heat(deps.clock);
  }

  hint(name: string | undefined): void {
    if (name === undefined || !this.#sight.names.has(name)) this.#mustList = true;
    if (name === undefined) return;
    this.#dirty.add(name);
    this.#hinted.add(name);
  }

  poll(budgetBytes: number): readonly Change[] {
    return this.#round(budgetBytes, this.#mustLookAtAll);
  }

  sweep(budgetBytes: number): readonly Change[] {
    return this.#round(budgetBytes, true);
  }

  /** The same object as long as nothing in it changed. */
  get listing(): DirectoryListing {
    const { description, locks } = this.#contents;
    const { list: skipped } = this.#skipped;
    const last = this.#listing;
    const isCurrent = last?.transcripts === description.transcripts && last.locks === locks && last.skipped === skipped;
    if (last && isCurrent && last.state === this.#state.state && last.reason === this.#state.reason) return last;
    this.#listing = { ...this.#state, ...description, locks, skipped };
    return this.#listing;
  }

  get lagBytes(): number {
    let bytes = 0;
    for (const mirror of this.#due) bytes += mirror.lagBytes;
    return bytes + this.#candidates.bytes;
  }

  get hot(): DirectoryTailer['hot'] {
    const lag = new Map<string, number>();
    const add = (nativeId: string, bytes: number) => lag.set(nativeId, (lag.get(nativeId) ?? 0) + bytes);
    for (const { kind, nativeId, lagBytes } of new Set([...this.#heat.mirrors, ...this.#due])) {
      if (kind === 'transcript' && nativeId !== undefined) add(nativeId, lagBytes);
    }
    for (const { sighting } of this.#candidates.all) {
      if (sighting.artefact.is === 'transcript') add(sighting.artefact.nativeId, sighting.stat.size);
    }
    return [...lag].map(([nativeId, lagBytes]) => ({ nativeId, lagBytes }));
  }

  [Symbol.dispose](): void {
    for (const id of this.#generations.mirrors.keys()) this.#generations.handles.release(id);
  }

  #round(budgetBytes: number, isWhole: boolean): readonly Change[] {
    this.#generations.remainingBytes = budgetBytes;
    this.#pass(isWhole);
    // What was another file by the time we came to it is looked at once more now, and not a poll later.
    if (this.#dirty.size > 0 && this.#generations.remainingBytes > 0) this.#pass(false);
    return this.#generations.takeChanges();
  }

  #pass(isWhole: boolean): void {
    const startedAt = this.#deps.clock.monotonic();
    const sight = this.#look(this.#mustList || this.#mustLookAtAll);
    const matches = sight.is === 'ok' ? this.#match(isWhole ? this.#sweepTargets(sight) : this.#targets(sight), isWhole) : undefined;
    if (matches) {
      this.#apply(matches);
      if (isWhole) {
        this.#mustLookAtAll = false;
        this.sweepCostMs = this.#deps.clock.monotonic() - startedAt;
      }
    }
    if (this.#state.state === 'missing') this.#closeAll();
    this.#dropClosed();
    if (this.#state.state === 'ok') this.#work();
  }

  #look(force: boolean): Sight {
    const sight = this.#sight.look(this.#generations.byFileName, force);
    if (sight.is === 'busy') {
      this.#skipped.logRarely(sight.reason);
      this.#mustList = true;
      return sight;
    }
    if (sight.is === 'ok' && sight.listed) {
      this.#mustList = false;
      if (sight.appeared.length > 0 || sight.vanished.length > 0 || this.#mustLookAtAll) this.#contents.setNames(this.#sight.names);
    }
    this.#enter(sight.is === 'unreadable' ? { state: sight.is, reason: sight.reason } : { state: sight.is });
    return sight;
  }

  #enter(state: Pick<DirectoryListing, 'state' | 'reason'>): void {
    if (state.state === this.#state.state && state.reason === this.#state.reason) return;
    // Files that nobody looked at may have been replaced while the directory could not be seen.
    if (state.state !== 'ok') this.#mustLookAtAll = true;
    this.#deps.log.log(state.state === 'ok' ? 'info' : 'warn', 'capture.directory', { directory: this.directory.path, ...state });
    this.#state = state;
  }

  #sweepTargets({ appeared, vanished }: Sight & { is: 'ok' }): Targets {
    const isCalm = appeared.length === 0 && vanished.length === 0 && this.#candidates.isEmpty && !this.#mustLookAtAll;
    if (!isCalm) return { names: this.#everyName(), mirrors: [...this.#generations.mirrors.values()] };
    this.#dirty.clear();
    const { fs } = this.#deps;
    return calmTargets(fs, this.#generations, this.#sight.names, new Set(this.#skipped.list.map(({ name }) => name)));
  }

  #everyName(): ReadonlySet<string> {
    this.#dirty.clear();
    const { names } = this.#sight;
    const gone: string[] = [];
    for (const name of this.#generations.byFileName.keys()) if (!names.has(name)) gone.push(name);
    return gone.length > 0 ? new Set([...names, ...gone]) : names;
  }

  #targets(sight: Sight & { is: 'ok' }): Targets {
    const { byFileName } = this.#generations;
    const targets = new Set([...this.#dirty, ...this.#skipped.passing, ...sight.appeared, ...sight.vanished]);
    this.#dirty.clear();
    for (const name of this.#hinted) this.#heat.add(byFileName.get(name));
    this.#hinted.clear();
    for (const { of } of this.#contents.locks) this.#heat.add(byFileName.get(of));
    for (const mirror of this.#heat.mirrors) {
      if (this.#heat.has(mirror)) targets.add(mirror.fileName);
      else this.#cool(mirror);
    }
    // The index is replaced under its name, which moves nothing but the directory's time stamp.
    if (sight.listed) for (const name of this.#contents.liveIndexes) targets.add(name);
    return { names: targets, mirrors: [...targets].flatMap((name) => byFileName.get(name) ?? []) };
  }

  /** `undefined`: the directory cannot be seen any more. */
  #match(targets: Targets, isWhole: boolean): readonly Match<Mirror>[] | undefined {
    let { names, mirrors } = targets;
    let whole = isWhole;
    for (let attempt = 1; ; attempt += 1) {
      const { sightings, hidden, absent } = this.#contents.look(names);
      for (const name of absent) this.#candidates.delete(name);
      const matches = matchListing(mirrors, sightings, hidden);
      const isExplained = !matches.some((match) => match.is === 'vanished' || (!whole && this.#mayBeElsewhere(match)));
      if (isExplained || attempt === LOOK_ATTEMPTS) return matches;
      const again = this.#look(true);
      if (again.is !== 'ok') {
        this.#mustLookAtAll = true;
        return undefined;
      }
      if (whole && again.appeared.length === 0 && again.vanished.length === 0) return matches;
      whole = true;
      names = new Set([...this.#everyName(), ...again.vanished]);
      mirrors = [...this.#generations.mirrors.values()];
    }
  }

  /** Another file was put in its place: has it been renamed over a name that nobody looks at? */
  #mayBeElsewhere(match: Match<Mirror>): boolean {
    if (match.is !== 'other') return false;
    const held = this.#generations.handles.get(match.mirrored.id);
    return held ? held.stat().links > 0 : match.mirrored.kind !== 'index';
  }

  #apply(matches: readonly Match<Mirror>[]): void {
    const copied = new Set<Sighting>();
    const inOrder = [...matches].sort((one, other) => ORDER.indexOf(one.is) - ORDER.indexOf(other.is));
    for (const match of inOrder) {
      if (match.is === 'new' && copied.has(match.sighting)) continue;
      const { fileName } = match.is === 'new' ? match.sighting : match.mirrored;
      this.#guard(fileName, () => this.#applyOne(match, fileName, copied));
    }
  }

  #applyOne(match: Match<Mirror>, fileName: string, copied: Set<Sighting>): void {
    switch (match.is) {
      case 'vanished': {
        const as = this.#sight.names.has(fileName) ? 'replaced' : 'deleted';
        const { progress, copy } = this.#generations.vanish(match.mirrored, match.copies, as);
        if (copy) {
          copied.add(copy);
          this.#candidates.delete(copy.fileName);
        }
        this.#after(progress, fileName);
        // By name: a file that was emptied before it went is another generation by now.
        this.#makeDue(this.#generations.byFileName.get(copy?.fileName ?? fileName), true);
        return;
      }
      case 'moved':
        this.#candidates.delete(match.sighting.fileName);
        this.#after(this.#generations.move(match.mirrored, match.sighting), match.sighting.fileName);
        this.#makeDue(this.#generations.byFileName.get(match.sighting.fileName), true);
        return;
      case 'other':
        this.#after(this.#generations.displace(match.mirrored, match.sighting), fileName);
        this.#makeDue(this.#generations.byFileName.get(fileName), true);
        return;
      case 'same':
        this.#continue(match.mirrored, match.sighting);
        return;
      case 'new':
        this.#candidates.add(match.sighting, this.#isLikelyLive(match.sighting));
        return;
      case 'hidden':
        return;
      default:
        assertNever(match);
    }
  }

  #isLikelyLive({ fileName, artefact, stat }: Sighting): boolean {
    if (artefact.archived) return false;
    // A file that was not here at the first look is live whatever its time stamp says: clocks differ between machines.
    return this.#heat.isRecent(stat.mtimeNs) || (this.#candidates.get(fileName)?.isHot ?? !this.#mustLookAtAll);
  }

  #continue(mirror: Mirror, { stat }: Sighting): void {
    // Against what was seen, not what was read: a file that a long import is still reading has not changed.
    const hasChanged = stat.size !== mirror.seenSize || mirror.hasNewTime(stat);
    mirror.seenSize = stat.size;
    this.#candidates.delete(mirror.fileName);
    if (mirror.isUntouchedBy(stat)) {
      this.#skipped.delete(mirror.fileName);
      if (this.#heat.has(mirror)) this.#generations.keepOpen(mirror);
      return;
    }
    this.#makeDue(mirror, (hasChanged && !this.#mustLookAtAll) || this.#heat.isRecent(stat.mtimeNs));
  }

  #makeDue(mirror: Mirror | undefined, isHot: boolean): void {
    if (!mirror || !this.#generations.mirrors.has(mirror.id)) return;
    this.#due.add(mirror);
    if (isHot) this.#heat.add(mirror);
  }

  /** Live files first, each with its share, so that a long one does not starve the others; then the newest of the rest. */
  #work(): void {
    const due = [...this.#due].sort((one, other) => other.mtimeMs - one.mtimeMs);
    const live = due.filter((mirror) => this.#heat.has(mirror));
    const rest = due.filter((mirror) => !this.#heat.has(mirror));
    const begun = this.#candidates.live;
    const share = Math.max(CHUNK_LIMIT_BYTES, Math.floor(this.#generations.remainingBytes / (live.length + begun.length + 1)));
    // What goes on is read before what begins: a file that was just renamed or replaced may soon be out of reach.
    const unread = [
      ...live.flatMap((mirror) => this.#follow(mirror, share) ?? []),
      ...begun.flatMap((candidate) => this.#begin(candidate, share) ?? []),
    ];
    for (const mirror of [...unread, ...rest]) this.#follow(mirror, Number.POSITIVE_INFINITY);
    while (this.#generations.remainingBytes > 0) {
      const candidate = this.#candidates.newest;
      if (!candidate) return;
      this.#begin(candidate, Number.POSITIVE_INFINITY);
    }
  }

  /** Like `#follow`, of the generation that begins. */
  #begin({ sighting, isHot }: Candidate, limitBytes: number): Mirror | undefined {
    const { fileName } = sighting;
    if (this.#generations.remainingBytes <= 0) return undefined;
    this.#candidates.delete(fileName);
    return this.#guard(fileName, () => {
      const mirror = this.#generations.begin(sighting);
      this.#makeDue(mirror, isHot);
      if (!mirror) this.#dirty.add(fileName);
      return mirror && this.#follow(mirror, limitBytes);
    });
  }

  /** The mirror that has more to read than its limit allowed. */
  #follow(mirror: Mirror, limitBytes: number): Mirror | undefined {
    const { fileName } = mirror;
    if (this.#generations.remainingBytes <= 0) return undefined;
    return this.#guard(fileName, () => {
      const { progress, mirror: last } = this.#generations.follow(mirror, limitBytes);
      this.#due.delete(mirror);
      if (last !== mirror) this.#heat.add(last);
      if (progress === 'more') this.#due.add(last);
      this.#after(progress, fileName);
      this.#skipped.delete(fileName);
      if (progress === 'done' && !this.#heat.has(last)) this.#generations.handles.release(last.id);
      return progress === 'more' ? last : undefined;
    });
  }

  #closeAll(): void {
    for (const mirror of [...this.#generations.mirrors.values()]) {
      this.#guard(mirror.fileName, () => this.#generations.vanish(mirror, []));
    }
    this.#candidates.clear();
    this.#skipped.clear();
    this.#contents.setNames(this.#sight.names);
  }

  #dropClosed(): void {
    const { mirrors } = this.#generations;
    for (const mirror of this.#due) if (!mirrors.has(mirror.id)) this.#due.delete(mirror);
    for (const mirror of this.#heat.mirrors) if (!mirrors.has(mirror.id)) this.#heat.delete(mirror);
  }

  #cool(mirror: Mirror): void {
    this.#heat.delete(mirror);
    if (!this.#due.has(mirror)) this.#generations.handles.release(mirror.id);
  }

  #after(progress: Progress, fileName: string): void {
    if (progress !== 'done') this.#dirty.add(fileName);
  }

  /** Runs what concerns one file. A fault of the file system skips that file; a bug of ours goes up. */
  #guard<T>(fileName: string, task: () => T): T | undefined {
    try {
      return task();
    } catch (error) {
      const reason = faultOf(error);
      this.#candidates.delete(fileName);
      // It went between two of our calls, which is no fault.
      if (reason === 'ENOENT') this.#dirty.add(fileName);
      else this.#skipped.add(fileName, reason);
      return undefined;
    }
  }
}

/** A name must be free before the next generation takes it. */
const ORDER: readonly Match<Mirror>['is'][] = ['vanished', 'moved', 'other', 'same', 'new'];
