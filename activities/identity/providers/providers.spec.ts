import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  createOneWonProvider,
  createTelecomProvider,
  type SendRequest,
  type VerifyRequest,
} from './index.js';

const ci = 'c'.repeat(88);
const person = {
  name: '가상인물',
  mobile: '01000000000',
  carrier: 'KT_MVNO',
  bank: '099',
  account: '1000000001',
} as const;

/** A provider that works once per id, and can fail after the work is done. */
class FakeProvider {
  readonly requests: { call: string; body: Record<string, string> }[] = [];
  readonly done = new Map<string, object>();
  fault: 'none' | 'slow' | 'down' | 'lost' | 'dropped' | 'garbage' = 'none';
  /** Lets questions by id fail too. */
  deaf = false;

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(input);
    const body = JSON.parse((init!.body as string | undefined) ?? '{}') as Record<string, string>;
    this.requests.push({ call: `${init!.method} ${pathname}`, body });
    if (init!.method === 'GET') return this.deaf ? broken('ECONNRESET') : this.find(pathname);
    if (this.fault === 'down') return new Response(null, { status: 503 });
    if (this.fault === 'dropped') return broken('ECONNRESET');
    const answer = this.work(body);
    if (this.fault === 'lost') return broken('UND_ERR_SOCKET');
    if (this.fault === 'slow') return untilAborted(init!.signal!);
    return Response.json(this.fault === 'garbage' ? { status: 'MATCHED' } : answer);
  };

  private find(pathname: string): Response {
    const id = pathname.split('/').at(-1)!;
    const found = this.done.get(id);
    if (pathname.includes('/transactions/'))
      return Response.json(
        found
          ? { transactionId: id, sent: true, ...found }
          : { transactionId: id, sent: false, status: 'NOT_FOUND' },
      );
    return found ? Response.json(found) : new Response(null, { status: 404 });
  }

  private work(body: Record<string, string>): object {
    const id = body.attemptId ?? body.transactionId!;
    const result =
      body.code === undefined
        ? { status: 'SENT' }
        : body.code === '123456'
          ? { status: 'MATCHED', ci }
          : { status: 'MISMATCHED' };
    if (!this.done.has(id)) this.done.set(id, result);
    return this.done.get(id)!;
  }

  get calls(): string[] {
    return this.requests.map(({ call }) => call);
  }
}

const address = 'telecom.example/api';
const url = `https://${address}`;
let fake: FakeProvider;

/** A new provider, without a memory of failures. */
function telecomAt(urls: readonly string[], timeoutMs = 4_000) {
  const provider = createTelecomProvider({ urls, timeoutMs, fetch: fake.fetch });
  return { ...provider, send: (request: SendRequest) => provider.send!(request) };
}
let telecom: ReturnType<typeof telecomAt>;

beforeEach(() => {
  fake = new FakeProvider();
  telecom = telecomAt([url]);
});

const sending: SendRequest = { transactionId: 'tx_1', ...person };
const verifying: VerifyRequest = {
  transactionId: 'tx_1',
  attemptId: 'at_1',
  answer: '123456',
  provider: null,
  reissueId: 'ri_1',
  challengeId: 'ch_1',
  nonce: null,
  customerId: null,
};

describe('an identity provider', () => {
  it('An identity provider gets only the members that it needs', async () => {
    await expect(telecom.send(sending)).resolves.toEqual({ status: 'SENT', provider: address });
    await telecom.send({ ...sending, transactionId: 'tx_2', carrier: undefined });
    await createOneWonProvider({ urls: [url], fetch: fake.fetch }).send!({
      ...sending,
      transactionId: 'tx_3',
    });
    const { name, mobile, carrier, bank, account } = person;
    expect(fake.requests).toEqual([
      { call: 'POST /api/codes', body: { transactionId: 'tx_1', name, mobile, carrier } },
      { call: 'POST /api/codes', body: { transactionId: 'tx_2', name, mobile } },
      { call: 'POST /api/transfers', body: { transactionId: 'tx_3', bank, account } },
    ]);
  });

  it.each(['123', '123456789', 'abcdef', '', '1234 or 5678'])(
    'The code provider refuses %j as a code',
    (answer) => {
      expect(telecom.accepts(answer)).toBe(false);
    },
  );

  it.each(['1234', '123456', '12345678', ' 123 456\n', '１２３４'])(
    'The code provider accepts %j as a code',
    (answer) => {
      expect(telecom.accepts(answer)).toBe(true);
    },
  );

  it('verify sends the digits of a code, however they were typed or pasted', async () => {
    await telecom.verify({ ...verifying, answer: '[Web발신] 인증번호 123-456' });
    await telecom.verify({ ...verifying, attemptId: 'at_7', answer: '[Web발신] 인증번호 123456 (3분)' });
    await telecom.verify({ ...verifying, attemptId: 'at_8', answer: '１２３ ４５６\n' });
    expect(fake.requests.map(({ body }) => body)).toMatchObject([{ code: '123456' }, { code: '123456' }]);
  });

  it('verify returns the CI for the right code and MISMATCHED for a wrong one', async () => {
    await expect(telecom.verify(verifying)).resolves.toEqual({ status: 'MATCHED', ci });
    await expect(telecom.verify({ ...verifying, attemptId: 'at_2', answer: '000000' })).resolves.toEqual({
      status: 'MISMATCHED',
    });
  });

  it('send returns UNKNOWN for a name and number that do not exist', async () => {
    fake.done.set('tx_1', { sent: false, status: 'UNKNOWN_SUBSCRIBER' });
    const unknown = { status: 'UNKNOWN', provider: address };
    await expect(telecom.send(sending)).resolves.toEqual(unknown);
    await expect(telecom.send({ ...sending, repeated: true })).resolves.toEqual(unknown);
    expect(fake.calls).toEqual(['POST /api/codes', 'GET /api/transactions/tx_1']);
  });

  it.each(['lost', 'slow', 'garbage'] as const)(
    'An identity provider is asked by id, and not called again, when its answer is %s',
    async (fault) => {
      fake.fault = fault;
      const provider = fault === 'slow' ? telecomAt([url], 20) : telecom;
      await expect(provider.send(sending)).resolves.toMatchObject({ status: 'SENT' });
      await expect(provider.verify(verifying)).resolves.toEqual({ status: 'MATCHED', ci });
      expect(fake.calls).toEqual([
        'POST /api/codes',
        'GET /api/transactions/tx_1',
        'POST /api/verifications',
        'GET /api/verifications/at_1',
      ]);
    },
  );

  it('An identity provider that is down is called three times and not asked by id', async () => {
    fake.fault = 'down';
    await expect(telecom.send(sending)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(fake.calls).toEqual(Array.from({ length: 3 }, () => 'POST /api/codes'));
  });

  it('The outcome is unknown if the provider has no record of a request that may still arrive', async () => {
    fake.fault = 'dropped';
    await expect(telecom.send(sending)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    await expect(telecom.verify(verifying)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    expect(fake.calls.filter((call) => call.startsWith('POST'))).toHaveLength(2);
  });

  it('The outcome is unknown if the provider answers neither the request nor the question by id', async () => {
    fake.fault = 'lost';
    fake.deaf = true;
    await expect(telecom.verify(verifying)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    await expect(telecom.verify({ ...verifying, repeated: true })).rejects.toMatchObject({
      name: 'OutcomeUnknown',
    });
    expect(fake.calls.filter((call) => call.startsWith('POST'))).toHaveLength(1);
  });

  it('An identity provider is asked first if an earlier call may have reached it', async () => {
    await telecom.verify(verifying);
    await expect(telecom.verify({ ...verifying, repeated: true })).resolves.toEqual({
      status: 'MATCHED',
      ci,
    });
    await telecom.send({ ...sending, repeated: true });
    await telecom.send({ ...sending, provider: address });
    expect(fake.calls).toEqual([
      'POST /api/verifications',
      'GET /api/verifications/at_1',
      'GET /api/transactions/tx_1',
      'POST /api/codes',
      'GET /api/transactions/tx_1',
    ]);
  });

  it('A code expires if its provider is no longer configured', async () => {
    await expect(telecom.verify({ ...verifying, provider: 'gone.example/v1' })).resolves.toEqual({
      status: 'EXPIRED',
      finding: 'PROVIDER_NOT_CONFIGURED',
    });
    await expect(telecom.send({ ...sending, provider: 'gone.example/v1' })).rejects.toMatchObject({
      name: 'OutcomeUnknown',
    });
    expect(fake.calls).toEqual([]);
  });
});

/** The error of a fetch whose connection broke. */
function broken(code: string): Promise<never> {
  return Promise.reject(new TypeError('fetch failed', { cause: { code } }));
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as DOMException)),
  );
}
