/** The difference between the times of two groups. */
export interface Comparison {
  /** Medians, in milliseconds. `difference` is the second less the first. */
  readonly medians: readonly [number, number];
  readonly difference: number;
  /** 95 % confidence interval of the difference (percentile bootstrap). */
  readonly interval: readonly [number, number];
  /** How often a value of the second group exceeds one of the first (Mann-Whitney). 0.5 reveals nothing. */
  readonly longer: number;
  /** Probability of such a difference by chance: two-sided, by the normal approximation of U. */
  readonly chance: number;
}

const resamples = 2_000;

/**
 * Compares the times of two groups.
 *
 * @param first,second milliseconds, at least some dozens of each
 */
export function compare(first: readonly number[], second: readonly number[]): Comparison {
  const medians = [median(first), median(second)] as const;
  const differences = Array.from({ length: resamples }, () => median(drawn(second)) - median(drawn(first)));
  differences.sort((a, b) => a - b);
  const at = (share: number) => differences[Math.round(share * (resamples - 1))]!;
  const longer = shareLonger(first, second);
  const [n, m] = [first.length, second.length];
  const z = (longer - 0.5) / Math.sqrt((n + m + 1) / (12 * n * m));
  return {
    medians,
    difference: medians[1] - medians[0],
    interval: [at(0.025), at(0.975)],
    longer,
    chance: 2 * upperTail(Math.abs(z)),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/** A sample of the same size, drawn with replacement. */
function drawn(values: readonly number[]): number[] {
  return values.map(() => values[Math.floor(Math.random() * values.length)]!);
}

/** U divided by the number of pairs. Equal values count half. */
function shareLonger(first: readonly number[], second: readonly number[]): number {
  let longer = 0;
  for (const a of first) for (const b of second) longer += b > a ? 1 : b === a ? 0.5 : 0;
  return longer / (first.length * second.length);
}

/** Upper tail of the standard normal distribution (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
