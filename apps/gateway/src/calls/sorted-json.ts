/**
 * JSON with the members of every object in one order (by UTF-16 code units, as RFC 8785 section 3.2.3 does), so that
 * equal values have equal texts. Members that are undefined count as absent.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
