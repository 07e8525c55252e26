import type { RegistryStatus } from '#libs/resident-numbers';

const head = ['key', '', "customers' keys", "numbers without a customer's key", 'lookup values'];

/** The status as text for operators. */
export function statusLines({ keys, numbers, notFound, erased, toRotate }: RegistryStatus): string[] {
  const rows = keys.map(({ keyId, current, known, ...use }) => [
    keyId,
    current ? 'current' : known ? '' : 'NOT CONFIGURED',
    ...[use.customerKeys, use.numbers, use.lookups].map(String),
  ]);
  return [
    ...aligned([head, ...rows]),
    '',
    `${numbers} numbers are on file, ${erased} were erased.`,
    ...(notFound > 0 ? [`${notFound} of them cannot be found by number yet.`] : []),
    toRotate > 0
      ? `${toRotate} customers must be rotated to the current key: npm run registry -- rotate`
      : 'Everything is encrypted under the current key. The other keys can be removed.',
  ];
}

/** Pads the columns to the width of their widest cell. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
