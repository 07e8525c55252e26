/**
 * JSON with the members of every object sorted (by UTF-16 code units, as in RFC 8785 section 3.2.3), so that equal values
 * have equal texts. Undefined members count as absent.
 */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
