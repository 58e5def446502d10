/** How far a change may move the lines behind it. */
const LOOK_AHEAD = 60;

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
    for (const line of old.slice(at, at + gone)) changes.push(`-${line}`);
    for (const line of fresh.slice(to, to + come)) changes.push(`+${line}`);
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
