/**
 * The known name that is most like a name that was typed; undefined if none is like it.
 *
 * Like means: at most every third character was mistyped, forgotten or added.
 */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, distance: distanceOf(typed, name) }))
    .filter(({ name, distance }) => distance <= Math.ceil(Math.max(name.length, typed.length) / 3))
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

/** Levenshtein distance: how many characters to replace, insert or delete. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(Math.min(row[j]! + (letter === other ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    row = next;
  }
  return row.at(-1)!;
}
