import type { State } from '#libs/domain';
import type { Customer } from '../customer.js';
import { expectSuccess, type Answer, type Patience } from '../http.js';
import { ordinaryPath } from '../ordinary-path.js';

/** One reissue in a storm, with the answers that its customer received. */
export interface StormReissue {
  readonly customer: Customer;
  /** The states in the answers, in order. */
  readonly acknowledged: State[];
  /** PEM: the downloaded certificate and its chain. */
  certificate?: string;
  /** Why the customer did not reach the end. */
  failure?: string;
}

/**
 * Makes all calls of a reissue.
 *
 * @param onCall called with the duration of each call, in milliseconds, with its repetitions
 */
export async function follow(
  reissue: StormReissue,
  patience: Patience,
  onCall: (ms: number) => void = () => undefined,
): Promise<void> {
  const { customer } = reissue;
  const timed = async <Body>(call: Promise<Answer<Body>>): Promise<Body> => {
    const since = performance.now();
    const body = expectSuccess(await call);
    onCall(performance.now() - since);
    return body;
  };
  try {
    for (const { call, state } of ordinaryPath) {
      await timed(call(customer, patience));
      const answered = customer.reissue!.state;
      reissue.acknowledged.push(answered);
      if (answered !== state) throw new Error(`the answer was ${answered}, expected ${state}`);
      if (state === 'ISSUED') reissue.certificate = await timed(customer.download(patience));
    }
  } catch (error) {
    reissue.failure = (error as Error).message;
  }
}
