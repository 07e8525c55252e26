/** How the times of two groups differ. */
export interface Comparison {
  /** Medians, and the second less the first, in milliseconds. */
  readonly medians: readonly [number, number];
  readonly difference: number;
  /** In which the difference of medians lies in 95 of 100 samples drawn from the samples (percentile bootstrap). */
  readonly interval: readonly [number, number];
  /** How often one of the second group took longer than one of the first; with 0.5 nothing can be told (Mann-Whitney). */
  readonly longer: number;
  /** How likely so much of a difference is by chance alone: two-sided, by the normal approximation of U. */
  readonly chance: number;
}

const resamples = 2_000;

/** @param first,second times in milliseconds, some dozens of each at least */
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

/** As many values as there are, each drawn from all of them. */
function drawn(values: readonly number[]): number[] {
  return values.map(() => values[Math.floor(Math.random() * values.length)]!);
}

/** U over all pairs; those that are alike count half. */
function shareLonger(first: readonly number[], second: readonly number[]): number {
  let longer = 0;
  for (const a of first) for (const b of second) longer += b > a ? 1 : b === a ? 0.5 : 0;
  return longer / (first.length * second.length);
}

/** Of the standard normal distribution beyond `z` (Abramowitz and Stegun 26.2.17, right to 7.5e-8). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
