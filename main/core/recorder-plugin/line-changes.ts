/** How far a change may move the lines behind it. */
const LOOK_AHEAD = 60;
/** A longer line, such as a whole configuration without line ends, is shown where it changes. */
const WHOLE_LINE = 160;
const AROUND = 12;

/**
 * What a change of a text does to its lines: `@@ line 12 @@`, then those that go with `-` and those that come with `+`.
 * Lines that stay are not shown.
 */
export function lineChanges(before: string, after: string): readonly string[] {
  const old = before.split(/\r?\n/);
  const fresh = after.split(/\r?\n/);
  const changes: string[] = [];
  let at = 0;
  let to = 0;
  while (at < old.length || to < fresh.length) {
    if (at < old.length && to < fresh.length && old[at] === fresh[to]) {
      at += 1;
      to += 1;
      continue;
    }
    const [gone, come] = nextCommon(old, at, fresh, to);
    changes.push(`@@ line ${at + 1} @@`);
    const [minus, plus] = aroundChange(old.slice(at, at + gone), fresh.slice(to, to + come));
    for (const line of minus) changes.push(`-${line}`);
    for (const line of plus) changes.push(`+${line}`);
    at += gone;
    to += come;
  }
  return changes;
}

/** How many lines go and come before the texts agree again, the fewest in all. */
function nextCommon(old: readonly string[], at: number, fresh: readonly string[], to: number): readonly [number, number] {
  for (let sum = 1; sum <= 2 * LOOK_AHEAD; sum += 1) {
    for (let gone = 0; gone <= sum; gone += 1) {
      const come = sum - gone;
      const oldLine = old[at + gone];
      const isEnd = at + gone >= old.length && to + come >= fresh.length;
      if (isEnd || (oldLine !== undefined && oldLine === fresh[to + come]))
        return [Math.min(gone, old.length - at), Math.min(come, fresh.length - to)];
    }
  }
  return [old.length - at, fresh.length - to];
}

/** Of one long line that becomes another: what differs, and a little of what stands around it. */
function aroundChange(gone: readonly string[], come: readonly string[]): readonly [readonly string[], readonly string[]] {
  const [before, after] = [gone[0], come[0]];
  if (before === undefined || after === undefined || gone.length + come.length > 2) return [gone, come];
  if (Math.max(before.length, after.length) <= WHOLE_LINE) return [gone, come];
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const cut = (line: string) => `…${line.slice(Math.max(0, start - AROUND), line.length - Math.max(0, tail - AROUND))}…`;
  return [[cut(before)], [cut(after)]];
}
