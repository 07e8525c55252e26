import { Customer } from '../../support/customer.js';
import { Gateway } from '../../support/gateway.js';
import { expectSuccess } from '../../support/http.js';
import { ordinaryPath } from '../../support/ordinary-path.js';
import { Sandbox } from '../../support/sandbox.js';
import { until } from '../../support/until.js';

const gateway = new Gateway('http://reseal-gateway');
const sandbox = new Sandbox('http://reseal-sandbox:3003');
/** How long a customer repeats a call that is not finished. */
const patienceMs = 120_000;

/** Makes one reissue. @returns the certificate and its chain, PEM */
export async function reissueOnce(): Promise<string> {
  // The sandbox has the bank's CA certify a new person; it answers 503 while that is not done.
  const person = await until('a person', () => sandbox.makePerson('VALID'), { timeoutMs: patienceMs });
  const customer = await Customer.create(gateway, sandbox, person);
  let certificate = '';
  for (const { call, state } of ordinaryPath) {
    expectSuccess(await call(customer, { patienceMs }));
    if (customer.reissue!.state !== state)
      throw new Error(`the answer was ${customer.reissue!.state}, expected ${state}`);
    if (state === 'ISSUED') certificate = expectSuccess(await customer.download({ patienceMs }));
  }
  return certificate;
}

/** Customers who reissue certificates one after the other, and count what fails. */
export class Customers {
  /** Calls of the gateway without an answer, or with an answer of a broken server. */
  readonly failedCalls: string[] = [];
  /** Reissues that did not reach their end. */
  readonly failedReissues: string[] = [];
  registered = 0;
  private readonly over = new AbortController();
  private readonly customers: Promise<void>[];
  private readonly fetch = globalThis.fetch;

  constructor(count: number) {
    globalThis.fetch = (...call) => this.watched(...call);
    this.customers = Array.from({ length: count }, () => this.reissueAlways());
  }

  /** Waits until this number of further reissues is registered. */
  async untilRegistered(more: number): Promise<void> {
    const goal = this.registered + more;
    await until(`${more} reissues`, () => this.registered >= goal, { timeoutMs: 300_000 });
  }

  /** Lets the customers finish. */
  async end(): Promise<void> {
    this.over.abort();
    await Promise.all(this.customers);
    globalThis.fetch = this.fetch;
  }

  private async reissueAlways(): Promise<void> {
    while (!this.over.signal.aborted)
      try {
        await reissueOnce();
        this.registered += 1;
      } catch (error) {
        this.failedReissues.push((error as Error).message);
      }
  }

  private async watched(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    const url = input instanceof Request ? input.url : input.toString();
    if (!url.startsWith(gateway.url)) return this.fetch(input, init);
    const name = `${init?.method ?? 'GET'} ${url}`;
    try {
      const response = await this.fetch(input, init);
      if (response.status >= 500) this.failedCalls.push(`${name}: ${response.status}`);
      return response;
    } catch (error) {
      const { cause } = error as { cause?: { message?: string } };
      this.failedCalls.push(`${name}: ${cause?.message ?? (error as Error).message}`);
      throw error;
    }
  }
}
