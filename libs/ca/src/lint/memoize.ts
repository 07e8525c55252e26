/**
 * A reader that knows bytes it met before: most of a certificate is in all those of its CA and profile, and reading
 * it once is enough. What it found depends on the bytes alone.
 *
 * @param keep whether what was found will come again; what is different for each person is not kept
 */
export function memoizedByBytes<T>(
  read: (bytes: Buffer) => T,
  keep: (found: T) => boolean = () => true,
): (bytes: Buffer) => T {
  const met = new Map<string, T>();
  return (bytes) => {
    const key = bytes.toString('latin1');
    const known = met.get(key);
    if (known !== undefined) return known;
    const found = read(bytes);
    if (!keep(found)) return found;
    if (met.size >= 1000) met.clear();
    met.set(key, found);
    return found;
  };
}

/** Works out what follows from an object once, however many rules ask for it. */
export function memoized<From extends object, Found>(work: (from: From) => Found): (from: From) => Found {
  const found = new WeakMap<From, { readonly value: Found }>();
  return (from) => {
    let kept = found.get(from);
    if (!kept) found.set(from, (kept = { value: work(from) }));
    return kept.value;
  };
}
