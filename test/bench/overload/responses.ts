import { percentile } from '../../demo/statistics.js';

/** What a call is for the admission: a start, a step of a reissue under way, or something that is never refused. */
type CallKind = 'start' | 'step' | 'read';

/** One response of the gateway. */
interface RecordedResponse {
  readonly kind: CallKind;
  readonly status: number;
  readonly retryAfter: string | null;
  readonly ms: number;
}

/** Records the responses to all attempts of all clients, also to those that a client repeats. */
export class Responses {
  private readonly all: RecordedResponse[] = [];

  readonly fetch: typeof fetch = async (address, init) => {
    const since = performance.now();
    const response = await fetch(address, init);
    const { status, headers } = response;
    const kind = kindOf(init?.method, response.url);
    this.all.push({ kind, status, retryAfter: headers.get('retry-after'), ms: performance.now() - since });
    return response;
  };

  of(kind: CallKind): readonly RecordedResponse[] {
    return this.all.filter((each) => each.kind === kind);
  }

  /** Refusals because of too much load or too many calls. */
  get refusals(): readonly RecordedResponse[] {
    return this.all.filter(({ status }) => status === 503 || status === 429);
  }
}

function kindOf(method: string | undefined, url: string): CallKind {
  if (method !== 'POST') return 'read';
  return new URL(url).pathname === '/v1/reissues' ? 'start' : 'step';
}

export const timesOf = (responses: readonly { readonly ms: number }[]): string => {
  const ms = responses.map((each) => each.ms);
  const [p50, p99, longest] = [50, 99, 100].map((percent) => Math.round(percentile(ms, percent) ?? 0));
  return `p50 ${p50} ms, p99 ${p99} ms, longest ${longest} ms`;
};
