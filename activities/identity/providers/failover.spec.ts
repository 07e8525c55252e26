import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { setImmediate as others, setTimeout as delay } from 'node:timers/promises';
import {
  createTelecomProvider,
  type IdentityProvider,
  type SendRequest,
  type VerifyRequest,
} from './index.js';

// Many short delays, which are longer on a busy machine.
jest.setTimeout(60_000);

/**
 * The faults of one call. `late`: the connection breaks, and the request arrives later.
 * `dies`: the caller dies after the request has left.
 */
const faults = [
  'ok',
  'refused',
  'away',
  'busy',
  'lost',
  'dropped',
  'late',
  'failed',
  'garbage',
  'dies',
] as const;
type Fault = (typeof faults)[number];

class Died extends Error {
  override readonly name = 'Died';
}

/** A telecom company that sends a code once per transaction, and compares once per attempt. */
class Company {
  readonly codes = new Map<string, string>();
  readonly compared = new Map<string, object>();
  sent = 0;
  arriving: (() => void)[] = [];

  constructor(readonly ci: string) {}

  handle(method: string, path: string, body: Record<string, string>): Response {
    const id = path.split('/').at(-1)!;
    if (path.includes('/transactions/')) {
      const sent = this.codes.has(id);
      return Response.json({ transactionId: id, sent, status: sent ? 'SENT' : 'NOT_FOUND' });
    }
    if (method === 'GET') {
      const found = this.compared.get(id);
      return found ? Response.json(found) : new Response('{}', { status: 404 });
    }
    return path.endsWith('/codes') ? this.send(body.transactionId!) : this.compare(body);
  }

  private send(transactionId: string): Response {
    if (!this.codes.has(transactionId)) {
      this.sent += 1;
      this.codes.set(transactionId, `${this.ci.charCodeAt(0)}0001`);
    }
    return Response.json({ status: 'SENT' });
  }

  private compare({ transactionId, attemptId, code }: Record<string, string>): Response {
    const sent = this.codes.get(transactionId!);
    if (sent === undefined) return new Response('{}', { status: 404 });
    const result = sent === code ? { status: 'MATCHED', ci: this.ci } : { status: 'MISMATCHED' };
    if (!this.compared.has(attemptId!)) this.compared.set(attemptId!, result);
    return Response.json(this.compared.get(attemptId!));
  }
}

/** Companies behind a network on which each call has the next fault of a sequence; after the sequence all calls work. */
class Network {
  readonly companies: readonly Company[];
  private faults: Fault[];
  private die: () => void = () => undefined;

  constructor(count: number, sequence: readonly Fault[]) {
    this.companies = Array.from({ length: count }, (_, index) => new Company(String(index + 1).repeat(88)));
    this.faults = [...sequence];
  }

  get urls(): string[] {
    return this.companies.map((_, index) => `https://company-${index}.example/v1`);
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const { host, pathname } = new URL(input);
    const company = this.companies[Number(/\d+/.exec(host)![0])]!;
    const body = JSON.parse((init?.body as string | undefined) ?? '{}') as Record<string, string>;
    const handle = () => company.handle(init!.method!, pathname, body);
    const broken = (code: string) => Promise.reject(new TypeError('fetch failed', { cause: { code } }));
    await others();
    switch (this.faults.shift() ?? 'ok') {
      case 'ok':
        return handle();
      case 'refused':
        return broken('ECONNREFUSED');
      case 'away':
        return new Response('{}', { status: 503 });
      case 'busy':
        return new Response('{}', { status: 429 });
      case 'dropped':
        return broken('ECONNRESET');
      case 'lost':
        handle();
        return broken('UND_ERR_SOCKET');
      case 'late':
        company.arriving.push(handle);
        return broken('ECONNRESET');
      case 'failed':
        handle();
        return new Response('{}', { status: 500 });
      case 'garbage':
        handle();
        return new Response('<html>');
      case 'dies':
        handle();
        this.die();
        return new Promise<never>(() => undefined);
    }
  };

  next(sequence: readonly Fault[]): void {
    this.faults = [...sequence];
  }

  /** Rejects when the caller dies during the call. */
  async caller<T>(call: () => Promise<T>): Promise<T> {
    const death = new Promise<never>((_, reject) => (this.die = () => reject(new Died())));
    death.catch(() => undefined);
    return Promise.race([call(), death]);
  }

  /** Delivers the late requests. */
  arrive(): void {
    for (const company of this.companies) for (const handle of company.arriving.splice(0)) handle();
  }

  get sent(): number {
    return this.companies.reduce((total, { sent }) => total + sent, 0);
  }
}

const person = { name: '가상인물', mobile: '01000000000', carrier: undefined, bank: '099', account: '1' };
const sending: SendRequest = { transactionId: 'tx_1', ...person };
const verifying: Omit<VerifyRequest, 'provider' | 'answer'> = {
  transactionId: 'tx_1',
  attemptId: 'at_1',
  reissueId: 'ri_1',
  challengeId: 'ch_1',
  nonce: null,
  customerId: null,
};

/** Calls until it succeeds, as the workflow does. The successor of a dead caller knows only what was recorded. */
async function untilDone<T>(
  network: Network,
  call: (telecom: IdentityProvider, repeated: boolean) => Promise<T>,
): Promise<T> {
  const begin = () =>
    createTelecomProvider({
      urls: network.urls,
      retryMs: 0,
      circuit: { failures: 3, openMs: 1, longestOpenMs: 1 },
      fetch: network.fetch,
    });
  let telecom = begin();
  for (let attempt = 1; attempt < 60; attempt += 1) {
    try {
      return await network.caller(() => call(telecom, attempt > 1));
    } catch (error) {
      expect(['OutcomeUnknown', 'ProviderUnavailable', 'Died']).toContain((error as Error).name);
      if (error instanceof Died) telecom = begin();
    }
    if (attempt % 3 === 0) network.arrive();
    await delay(2);
  }
  throw new Error('no attempt succeeded');
}

const sequences = fc.array(fc.constantFrom(...faults), { maxLength: 14 });

describe('faults of calls to providers', () => {
  it('One code is sent, and the provider that sent it compares it once, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        sequences,
        sequences,
        async (companies, some, more) => {
          const network = new Network(companies, some);
          let noted: string | null = null;
          const recordProvider = async (provider: string | null) => void (noted = provider);
          const { provider } = await untilDone(network, (telecom) =>
            telecom.send!({ ...sending, provider: noted, recordProvider }),
          );
          network.arrive();
          expect(network.sent).toBe(1);
          const holder = network.companies.find(({ codes }) => codes.has('tx_1'))!;
          expect(provider).toBe(`company-${network.companies.indexOf(holder)}.example/v1`);

          network.next(more);
          await expectComparedBy(holder, network, provider);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('An answer to a challenge without a recorded provider is compared by the provider that has the transaction', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2), sequences, async (index, some) => {
        const network = new Network(3, some);
        const holder = network.companies[index]!;
        holder.handle('POST', '/v1/codes', { transactionId: 'tx_1' });
        await expectComparedBy(holder, network, null);
      }),
      { numRuns: 60 },
    );
  });
});

async function expectComparedBy(holder: Company, network: Network, provider: string | null): Promise<void> {
  const answer = holder.codes.get('tx_1')!;
  const verdict = await untilDone(network, (telecom, repeated) =>
    telecom.verify({ ...verifying, answer, provider, repeated }),
  );
  network.arrive();
  expect(verdict).toEqual({ status: 'MATCHED', ci: holder.ci });
  for (const company of network.companies) expect(company.compared.size).toBe(company === holder ? 1 : 0);
}
