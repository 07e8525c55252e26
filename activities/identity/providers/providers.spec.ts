import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
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

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse((await textOf(request)) || '{}') as Record<string, string>;
    this.requests.push({ call: `${request.method} ${request.url}`, body });
    const id = request.url!.split('/').at(-1)!;
    if (request.method === 'GET') {
      if (this.deaf) return void request.socket.destroy();
      const found = this.done.get(id);
      if (request.url!.includes('/transactions/'))
        return json(
          response,
          found
            ? { transactionId: id, sent: true, ...found }
            : { transactionId: id, sent: false, status: 'NOT_FOUND' },
        );
      return found ? json(response, found) : void response.writeHead(404).end();
    }
    if (this.fault === 'down') return void response.writeHead(503).end();
    if (this.fault === 'dropped') return void request.socket.destroy();
    const answer = this.work(body);
    if (this.fault === 'lost') return void request.socket.destroy();
    if (this.fault === 'slow') return;
    if (this.fault === 'garbage') return json(response, { status: 'MATCHED' });
    json(response, answer);
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

let server: Server;
let fake: FakeProvider;
let url: string;
let address: string;

/** A new provider, without a memory of failures. */
function telecomAt(urls: readonly string[], timeoutMs = 4_000) {
  const provider = createTelecomProvider({ urls, timeoutMs });
  return { ...provider, send: (request: SendRequest) => provider.send!(request) };
}
let telecom: ReturnType<typeof telecomAt>;

beforeAll(async () => {
  server = createServer((request, response) => void fake.handle(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  url = `http://${address}`;
});
beforeEach(() => {
  fake = new FakeProvider();
  telecom = telecomAt([url]);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
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
    await createOneWonProvider({ urls: [url] }).send!({ ...sending, transactionId: 'tx_3' });
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
      const provider = fault === 'slow' ? telecomAt([url], 2_000) : telecom;
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

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += (chunk as Buffer).toString();
  return text;
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
