/**
 * The percentile by nearest rank, rounded to tenths; null without values.
 */
export function percentile(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return tenths(sorted[Math.ceil((percent / 100) * sorted.length) - 1]!);
}

export const tenths = (value: number) => Math.round(value * 10) / 10;
