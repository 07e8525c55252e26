import { tooMany } from '../problems.js';

/** Tells which call this is: the step it takes, and the request it takes it with. */
export interface CallIdentity {
  readonly reissueId: string;
  readonly updateId: string;
  readonly requestHmac: string;
}

/**
 * The calls this process has in flight. Repetitions of a call that is still in flight share its answer, and a
 * reissue has no more than `limit` different ones at once: Temporal takes ten updates of a workflow at a time, from
 * all processes together.
 */
export class CallsInFlight {
  private readonly byReissue = new Map<string, Map<string, Promise<unknown>>>();

  constructor(private readonly limit: number) {}

  /** @throws ProblemError 429 when the reissue has its fill of calls */
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
