/** Durations in milliseconds. */
interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly highest: number;
}

export function distribution(values: readonly number[]): Distribution {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), highest: at(1) };
}

export function table(rows: readonly (Distribution & { readonly title: string })[]): string {
  const head = ['', 'n', 'p50', 'p95', 'highest'];
  const ms = (value: number) =>
    `${value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`;
  const lines = rows.map(({ title, count, p50, p95, highest }) => [
    title,
    String(count),
    ms(p50),
    ms(p95),
    ms(highest),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]!.length)));
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .join('\n');
}
