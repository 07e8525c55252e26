import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';

/** The sandbox of a running stack, and its mail server. The tests use only the people that they create. */
const sandbox = process.env.RESEAL_SANDBOX_URL ?? 'http://127.0.0.1:3003';
const mailServer = process.env.RESEAL_SMTP_URL ?? 'smtp://127.0.0.1:3025';

interface Person {
  personId: string;
  name: string;
  mobile: string;
  carrier: string;
  email: string;
  ci: string;
  holding: string;
  account: { bank: string; number: string };
  oldCertificate?: string;
}

async function call(method: string, path: string, body?: object) {
  const answer = await fetch(sandbox + path, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the tests read many different answers
  return { status: answer.status, body: (await answer.json()) as any };
}
const get = (path: string) => call('GET', path);
const post = (path: string, body: object) => call('POST', path, body);
const inboxOf = async (to: string) =>
  (await get(`/v1/inbox?to=${encodeURIComponent(to)}`)).body.messages as { text: string; subject?: string }[];

let person: Person;
beforeAll(async () => {
  person = (await post('/v1/people', { count: 1, holding: 'VALID' })).body.people[0];
}, 60_000);

describe('sample people', () => {
  it('Sample people are listed by holding and found by id', async () => {
    const made = (await post('/v1/people', { count: 4 })).body.people as Person[];
    expect(made.map(({ holding }) => holding).sort()).toEqual(['EXPIRED', 'EXPIRING', 'NONE', 'VALID']);
    for (const each of made) {
      expect(each.oldCertificate !== undefined).toBe(each.holding !== 'NONE');
      expect((await get(`/v1/people/${each.personId}`)).body).toEqual(each);
      const listed = (await get(`/v1/people?limit=1000&holding=${each.holding}`)).body.people as Person[];
      expect(new Set(listed.map(({ holding }) => holding))).toEqual(new Set([each.holding]));
    }
  });

  it.each([
    ['/v1/people', { count: 0 }],
    ['/v1/people', { count: 501 }],
    ['/v1/people', { count: 1, holding: 'LOST' }],
    ['/v1/telecom/codes', { transactionId: 'x', name: '김가상', mobile: '02-123-4567' }],
    ['/v1/telecom/codes', { transactionId: 'x', name: '김가상', mobile: '01000000001', carrier: 'NONE' }],
    ['/v1/telecom-2/codes', { transactionId: 'x', mobile: '01000000001' }],
    ['/v1/telecom/codes', { transactionId: 'a\0b', name: '김가상', mobile: '01000000001' }],
    ['/v1/sms', { messageId: 'x', to: '01000000001', text: 'a\0b' }],
    ['/v1/one-won/transfers', { transactionId: 'x', account: 'abc', bank: '999' }],
  ])('Bad input to %s is refused: %j', async (path, body) => {
    const { status, body: problem } = await post(path, body);
    expect(status).toBe(422);
    expect(problem.errors).toHaveLength(1);
  });
});

describe('telecom codes', () => {
  const send = (transactionId: string, more: object = {}) =>
    post('/v1/telecom/codes', { transactionId, name: person.name, mobile: person.mobile, ...more });
  const verify = (transactionId: string, attemptId: string, code: string) =>
    post('/v1/telecom/verifications', { transactionId, attemptId, code });
  const lastCode = async () => /인증번호 (\d{6})/.exec((await inboxOf(person.mobile))[0]!.text)![1]!;

  it('A telecom code is sent once per transaction, also for concurrent repetitions', async () => {
    const before = (await inboxOf(person.mobile)).length;
    const transactionId = randomUUID();
    expect((await get(`/v1/telecom/transactions/${transactionId}`)).body).toMatchObject({ sent: false });
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(transactionId)));
    for (const answer of answers) expect(answer).toEqual({ status: 200, body: { status: 'SENT' } });
    expect((await inboxOf(person.mobile)).length).toBe(before + 1);
    expect((await get(`/v1/telecom/transactions/${transactionId}`)).body).toEqual({
      transactionId,
      sent: true,
      status: 'SENT',
    });
  });

  it('A telecom code identifies a person once and answers each attempt once', async () => {
    const transactionId = randomUUID();
    await send(transactionId);
    const code = await lastCode();
    const [wrong, right] = [randomUUID(), randomUUID()];
    expect((await verify(transactionId, wrong, 'x')).body).toEqual({ status: 'MISMATCHED' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => verify(transactionId, right, code)));
    for (const answer of answers) expect(answer.body).toEqual({ status: 'MATCHED', ci: person.ci });
    expect((await verify(transactionId, wrong, code)).body).toEqual({ status: 'MISMATCHED' });
    expect((await verify(transactionId, randomUUID(), code)).body).toEqual({ status: 'EXPIRED' });
    expect((await get(`/v1/telecom/verifications/${right}`)).body).toEqual({
      status: 'MATCHED',
      ci: person.ci,
    });
    expect((await get(`/v1/telecom/verifications/${randomUUID()}`)).status).toBe(404);
  });

  it('A telecom code is void after ten wrong guesses, also concurrent ones', async () => {
    const transactionId = randomUUID();
    await send(transactionId);
    const code = await lastCode();
    const guesses = await Promise.all(
      Array.from({ length: 20 }, () => verify(transactionId, randomUUID(), 'guess')),
    );
    const statuses = guesses.map(({ body }) => body.status as string);
    expect(statuses.filter((status) => status === 'MISMATCHED')).toHaveLength(10);
    expect((await verify(transactionId, randomUUID(), code)).body).toEqual({ status: 'EXPIRED' });
  });

  it.each([
    ['name', () => ({ name: '아무개' })],
    ['carrier', () => ({ carrier: person.carrier === 'KT' ? 'SKT' : 'KT' })],
  ])('A telecom code is not sent for another %s', async (_, other) => {
    const before = (await inboxOf(person.mobile)).length;
    const transactionId = randomUUID();
    expect((await send(transactionId, other())).body).toEqual({ status: 'UNKNOWN_SUBSCRIBER' });
    expect((await verify(transactionId, randomUUID(), '000000')).body).toEqual({ status: 'MISMATCHED' });
    expect((await inboxOf(person.mobile)).length).toBe(before);
  });

  it('A telecom code is sent if the carrier is that of the number', async () => {
    expect((await send(randomUUID(), { carrier: person.carrier })).body).toEqual({ status: 'SENT' });
  });

  it('The second telecom company has its own codes', async () => {
    const transactionId = randomUUID();
    const { name, mobile } = person;
    await post('/v1/telecom-2/codes', { transactionId, name, mobile });
    const code = await lastCode();
    expect((await get(`/v1/telecom/transactions/${transactionId}`)).body).toMatchObject({ sent: false });
    expect((await verify(transactionId, randomUUID(), code)).status).toBe(404);
    const attempt = { transactionId, attemptId: randomUUID(), code };
    expect((await post('/v1/telecom-2/verifications', attempt)).body).toEqual({
      status: 'MATCHED',
      ci: person.ci,
    });
  });

  it('A telecom company says when the SIM was last changed, once it was', async () => {
    const [swapped] = (await post('/v1/people', { count: 1 })).body.people as [Person];
    const changedAt = '2026-11-29T03:00:00.000Z';
    expect((await call('PUT', `/v1/people/${swapped.personId}/sim`, { changedAt })).status).toBe(200);
    const [transactionId, attemptId] = [randomUUID(), randomUUID()];
    await send(transactionId, { name: swapped.name, mobile: swapped.mobile });
    const [{ text = '' } = {}] = await inboxOf(swapped.mobile);
    const code = /\d{6}/.exec(text)?.[0] ?? '';
    const matched = { status: 'MATCHED', ci: swapped.ci, simChangedAt: changedAt };
    expect((await verify(transactionId, attemptId, code)).body).toEqual(matched);
    expect((await get(`/v1/telecom/verifications/${attemptId}`)).body).toEqual(matched);
    expect((await call('PUT', `/v1/people/${randomUUID()}/sim`, { changedAt })).status).toBe(404);
  });

  it('A telecom company refuses an id that was used for another request', async () => {
    const [transactionId, other, attempt] = [randomUUID(), randomUUID(), randomUUID()];
    await send(transactionId);
    await send(other);
    expect((await send(transactionId, { name: '아무개' })).status).toBe(409);
    await verify(transactionId, attempt, 'x');
    expect((await verify(other, attempt, 'x')).status).toBe(409);
    expect((await verify(randomUUID(), randomUUID(), 'x')).status).toBe(404);
  });
});

describe('one-won transfers', () => {
  const transfer = (transactionId: string, account = person.account.number) =>
    post('/v1/one-won/transfers', { transactionId, account, bank: person.account.bank });
  const deposits = async () =>
    (await get(`/v1/accounts/${person.account.number}/deposits`)).body.deposits as { depositor: string }[];

  it('A one-won transfer shows the code in the depositor’s name, which identifies the account’s owner', async () => {
    const transactionId = randomUUID();
    const before = (await deposits()).length;
    await Promise.all([transfer(transactionId), transfer(transactionId)]);
    const after = await deposits();
    expect(after).toHaveLength(before + 1);
    const code = /\d{4}$/.exec(after[0]!.depositor)![0];
    const answer = await post('/v1/one-won/verifications', { transactionId, attemptId: randomUUID(), code });
    expect(answer.body).toEqual({ status: 'MATCHED', ci: person.ci });
  });

  it('A one-won transfer to an account that does not exist is not made', async () => {
    expect((await transfer(randomUUID(), '99999999999')).body).toEqual({ status: 'UNKNOWN_ACCOUNT' });
    expect((await get('/v1/accounts/99999999999/deposits')).status).toBe(404);
  });
});

describe('risk decisions', () => {
  const facts = {
    ...{ decision: 'IDENTITY', reason: 'LOST', claimedBy: 'MOBILE', methods: ['PHONE_CODE'] },
    ...{ additionalMethod: false, methodsLeft: [], device: 'NEW', hour: 3, certificatePolicy: null },
    ...{ startsOfPerson: 1, triesOfPerson: 0, startsOnDevice: 1, triesOnDevice: 0, personsOnDevice: 1 },
    ...{ network: 'UNKNOWN', simAgeDays: null, contactAgeDays: null, customerAgeDays: 1 },
    fraudSuspected: false,
  };
  const decide = (decisionId: string) =>
    post('/v1/risk/decisions', { decisionId, customerRef: 'c'.repeat(32), facts });

  it('A risk decision is made once per id, as it was last set', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    expect((await decide(one)).body).toMatchObject({ decision: { outcome: 'ALLOW' } });
    const delay = { outcome: 'DELAY', hours: 2 };
    expect((await call('PUT', '/v1/risk-outcome', delay)).body).toEqual(delay);
    expect((await decide(one)).body).toMatchObject({ decision: { outcome: 'ALLOW' } });
    expect((await decide(other)).body).toMatchObject({ decision: delay });
    expect((await get(`/v1/risk/decisions/${other}`)).body).toMatchObject({ decision: delay });
    expect((await get(`/v1/risk/decisions/${randomUUID()}`)).status).toBe(404);
    await call('PUT', '/v1/risk-outcome', { outcome: 'ALLOW' });
    expect((await call('PUT', '/v1/risk-outcome', { outcome: 'DELAY' })).status).toBe(422);
  });
});

describe('messages', () => {
  it('Messages arrive once per message id, newest first', async () => {
    const messageId = randomUUID();
    const sms = (id: string, text: string) => post('/v1/sms', { messageId: id, to: person.mobile, text });
    await Promise.all([sms(messageId, '첫째'), sms(messageId, '첫째')]);
    await sms(randomUUID(), '둘째 <b>');
    expect((await inboxOf(person.mobile)).slice(0, 2).map(({ text }) => text)).toEqual(['둘째 <b>', '첫째']);
    const page = await (await fetch(`${sandbox}/?lang=ko&person=${person.personId}`)).text();
    expect(page).toContain('둘째 &#60;b&#62;');
  });

  it('Mails arrive once per Message-ID', async () => {
    const transport = createTransport(mailServer);
    const mail = {
      messageId: `<${randomUUID()}@bank.example.com>`,
      from: 'no-reply@bank.example.com',
      to: person.email.toUpperCase(),
      subject: '발급 안내',
      text: '발급되었습니다.',
    };
    await transport.sendMail(mail);
    await transport.sendMail(mail);
    const messages = await inboxOf(person.email);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({ channel: 'MAIL', subject: '발급 안내' });
  });
});
