import { tooMany } from '../problems.js';

/** Identifies a call: its step, and the request it was made with. */
export interface CallIdentity {
  readonly reissueId: string;
  readonly updateId: string;
  readonly requestHmac: string;
}

/**
 * The calls that this process has in flight. A repeated call shares the answer of the one in flight. A reissue has at most
 * `limit` different calls at once, because Temporal accepts ten concurrent updates of a workflow from all processes
 * together.
 */
export class CallsInFlight {
  private readonly byReissue = new Map<string, Map<string, Promise<unknown>>>();

  constructor(private readonly limit: number) {}

  /** @throws ProblemError 429 if the reissue has `limit` calls in flight */
  async run<T>({ reissueId, updateId, requestHmac }: CallIdentity, call: () => Promise<T>): Promise<T> {
    const answers = this.byReissue.get(reissueId) ?? new Map<string, Promise<unknown>>();
    const identity = `${updateId}/${requestHmac}`;
    const same = answers.get(identity);
    if (same) return same as Promise<T>;
    if (answers.size >= this.limit) throw tooMany();

    this.byReissue.set(reissueId, answers);
    const answer = call().finally(() => {
      answers.delete(identity);
      if (answers.size === 0) this.byReissue.delete(reissueId);
    });
    answers.set(identity, answer);
    return answer;
  }
}
