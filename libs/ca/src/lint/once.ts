/** Works out what follows from an object once, however many rules ask for it. */
export function memoized<From extends object, Found>(work: (from: From) => Found): (from: From) => Found {
  const found = new WeakMap<From, { readonly value: Found }>();
  return (from) => {
    let kept = found.get(from);
    if (!kept) found.set(from, (kept = { value: work(from) }));
    return kept.value;
  };
}
