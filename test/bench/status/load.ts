import autocannon from 'autocannon';

/** A call that is repeated. */
export interface LoadCase {
  readonly title: string;
  readonly url: string;
  /** Sent alternately. Default: one GET. */
  readonly requests?: autocannon.Request[];
  /** Title of the case with which the rate is compared. */
  readonly baseline?: string;
}

export interface LoadResult {
  readonly title: string;
  /** Answers a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Bytes of one answer. */
  readonly size: number;
  /** Its rate divided by that of the baseline. */
  readonly ratio: number | undefined;
}

interface Load {
  readonly connections: number;
  /** Duration of one round. */
  readonly seconds: number;
  readonly rounds: number;
}

/**
 * Measures the cases alternately, so that a disturbance of the machine affects all of them. After one warm-up round,
 * returns the medians of the others.
 *
 * @throws Error if an answer is not a success
 */
export async function measureLoad(
  cases: readonly LoadCase[],
  { connections, seconds, rounds }: Load,
  progress: (round: number) => void,
): Promise<LoadResult[]> {
  const samples = new Map(cases.map((one) => [one.title, [] as autocannon.Result[]]));
  for (let round = 0; round <= rounds; round += 1) {
    progress(round);
    for (const { title, url, requests } of cases) {
      const result = await autocannon({
        url,
        connections,
        duration: round === 0 ? 1 : seconds,
        ...(requests ? { requests } : {}),
      });
      const wrong = result.errors + result['4xx'] + result['5xx'];
      if (wrong > 0) throw new Error(`${title}: ${wrong} answers were errors`);
      if (round > 0) samples.get(title)!.push(result);
    }
  }
  const medianOf = (title: string, figure: (result: autocannon.Result) => number) =>
    median(samples.get(title)!.map(figure));
  const rateOf = (title: string) => medianOf(title, ({ requests }) => requests.average);
  return cases.map(({ title, baseline }) => ({
    title,
    rate: rateOf(title),
    p50: medianOf(title, ({ latency }) => latency.p50),
    p99: medianOf(title, ({ latency }) => latency.p99),
    size: Math.round(medianOf(title, ({ throughput, requests }) => throughput.average / requests.average)),
    ratio: baseline === undefined ? undefined : rateOf(title) / rateOf(baseline),
  }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
