import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { endText, type Reissue } from '#libs/contracts';
import type { EnvelopePurpose } from '#libs/vault';
import { unavailable } from './problems.js';
import { InMemoryGateway } from './testing/in-memory-gateway.js';

interface Started {
  reissue: Reissue;
  challenges: object[];
  accessToken: string;
  expiresIn: number;
}

type Bound = Parameters<InMemoryGateway['seal']>[3];
type WrongEnvelope = readonly [
  string,
  (id: string) => readonly [sub: string, purpose: EnvelopePurpose, bound: Bound],
  string,
];

let gateway: InMemoryGateway;
let url: string;
let nextKey = 0;

beforeEach(async () => {
  gateway = new InMemoryGateway();
  url = await gateway.listen();
});
afterEach(() => gateway.app.close());

const freshKey = () => `idempotency-key-${(nextKey += 1)}`;
const startBody = () => ({
  reason: 'EXPIRED',
  applicant: { name: '홍길동', mobile: '010-1234-5678' },
  keyThumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  consents: gateway.consents(),
});
const call = (
  method: string,
  path: string,
  more: { body?: unknown; headers?: Record<string, string> } = {},
) =>
  fetch(url + path, {
    method,
    headers: {
      'x-api-key': 'reseal-local',
      ...(method === 'POST' ? { 'idempotency-key': freshKey() } : {}),
      ...(more.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...more.headers,
    },
    ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
  });
const start = async (headers: Record<string, string> = {}): Promise<Started> =>
  (await (await call('POST', '/v1/reissues', { body: startBody(), headers })).json()) as Started;
const slugOf = async (answer: Response) => {
  const { type, status } = (await answer.json()) as { type: string; status: number };
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.status).toBe(status);
  return type.replace('urn:reseal:problem:', '');
};
/** A started reissue, and calls on it with its token. */
const begun = async (state: Partial<Parameters<InMemoryGateway['open']>[1]> = {}) => {
  const { reissue, accessToken } = await start();
  const row = gateway.open(reissue.id, { ...gateway.rows.get(reissue.id), ...state });
  const authorization = `Bearer ${accessToken}`;
  return {
    id: reissue.id,
    row,
    authorization,
    post: (path: string, body?: unknown, headers: Record<string, string> = {}) =>
      call('POST', `/v1/reissues/${reissue.id}/${path}`, { body, headers: { authorization, ...headers } }),
    get: (path: string, headers: Record<string, string> = {}) =>
      call('GET', `/v1/reissues/${reissue.id}${path}`, { headers: { authorization, ...headers } }),
  };
};

describe('limits of calls', () => {
  const once = { burst: 1, everyMs: 90_500 };
  const wide = { burst: 100, everyMs: 1 };
  const startFrom = (headers: Record<string, string> = {}) =>
    call('POST', '/v1/reissues', { body: startBody(), headers });

  it('A start beyond its limit is refused with 429 and Retry-After', async () => {
    gateway.rates.start = { address: once, device: wide };
    expect((await startFrom()).status).toBe(201);
    const refused = await startFrom();
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeLessThanOrEqual(91);
    expect(seconds).toBeGreaterThan(30); // of 90.5, less what the machine took
    expect(await slugOf(refused)).toBe('too-many-requests');
    expect(gateway.delivered).toHaveLength(1);
  });

  it('A repeated call is answered although its limit is used up', async () => {
    gateway.rates.start = { address: once, device: once };
    const headers = { 'idempotency-key': freshKey(), 'x-device-id': 'device-of-a-customer' };
    const body = startBody();
    const answers = [];
    for (let i = 0; i < 5; i += 1)
      answers.push(await (await call('POST', '/v1/reissues', { body, headers })).json());
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toHaveProperty('accessToken');
  });

  it('Devices at one address have separate limits, and calls without a device have none', async () => {
    gateway.rates.start = { address: wide, device: once };
    const from = async (device: string) => (await startFrom({ 'x-device-id': device })).status;
    expect(await from('device-of-a-customer')).toBe(201);
    expect(await from('device-of-a-customer')).toBe(429);
    expect(await from('device-of-others!!')).toBe(201);
    for (let i = 0; i < 3; i += 1) expect((await startFrom()).status).toBe(201);
  });

  it('Calls on a reissue and starts have separate limits', async () => {
    const reissue = await begun();
    gateway.rates.call = { address: once, device: wide };
    gateway.rates.start = { address: once, device: wide };
    expect((await reissue.post('identity/challenges', { methods: ['PHONE_CODE'] })).status).toBe(200);
    expect((await startFrom()).status).toBe(201);
    expect(await slugOf(await reissue.post('cancel', {}))).toBe('too-many-requests');
    expect((await reissue.get('')).status).toBe(200);
  });

  it('The keys of limits reveal neither addresses nor devices', async () => {
    await startFrom({ 'x-device-id': 'device-of-a-customer' });
    expect([...gateway.limits.keys()].sort()).toEqual([
      expect.stringMatching(/^gateway\/start\/address\/[0-9a-f]{32}$/),
      expect.stringMatching(/^gateway\/start\/address\/[0-9a-f]{32}$/),
      expect.stringMatching(/^gateway\/start\/device\/[0-9a-f]{32}$/),
    ]);
  });

  it('A limit of a step is answered with its waiting time, and the same call can succeed later', async () => {
    const reissue = await begun();
    const headers = { 'idempotency-key': freshKey() };
    const post = () => reissue.post('identity/challenges', { methods: ['PHONE_CODE'] }, headers);
    const complete = gateway.deliver;
    gateway.deliver = async (_message, id) => ({
      reached: 'COMPLETED',
      result: {
        standing: { state: gateway.rows.get(id)!.state, alarm: null, parked: null },
        status: 'REFUSED',
        code: 'TOO_FREQUENT',
        retryAfterMs: 1_001,
      },
    });
    const refused = await post();
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(await refused.clone().json()).toHaveProperty('reissue.id', reissue.id);
    expect(await slugOf(refused)).toBe('too-many-requests');
    gateway.deliver = complete;
    gateway.open(reissue.id, { ...gateway.rows.get(reissue.id), steps: 2 }); // because the refusal was counted
    expect((await post()).status).toBe(200);
    // The update id differs: Temporal would answer the same id with the first result again.
    expect(new Set(gateway.progress).size).toBe(2);
  });

  it('An invalid device id is refused', async () => {
    const answer = await startFrom({ 'x-device-id': 'short' });
    expect(await answer.clone().json()).toMatchObject({
      errors: [{ parameter: 'X-Device-Id', in: 'header' }],
    });
    expect(await slugOf(answer)).toBe('invalid-request');
  });
});

describe('starting a reissue', () => {
  it('A start answers 201 with location, state and access token of the reissue', async () => {
    const answer = await call('POST', '/v1/reissues', { body: startBody() });
    const started = (await answer.json()) as Started;
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/reissues/${started.reissue.id}`);
    expect(started).toMatchObject({
      challenges: [],
      expiresIn: 950_400,
      reissue: { state: 'IDENTITY_REQUIRED' },
    });
    const authorization = `Bearer ${started.accessToken}`;
    const shown = await call('GET', `/v1/reissues/${started.reissue.id}`, { headers: { authorization } });
    expect(await shown.json()).toEqual(started.reissue);
  });

  it('Fifty concurrent starts with one key give one reissue and one answer', async () => {
    const key = freshKey();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        call('POST', '/v1/reissues', { body: startBody(), headers: { 'idempotency-key': key } }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    expect(gateway.delivered).toHaveLength(1);
  });

  it('A repeated start gets the same bytes without a message to the workflow', async () => {
    const headers = { 'idempotency-key': freshKey() };
    const first = await start(headers);
    gateway.deliver = () => Promise.resolve({ reached: 'NO_WORKFLOW' });
    expect(await start(headers)).toEqual(first);
  });

  it('A start with another body under the same key is refused', async () => {
    const headers = { 'idempotency-key': freshKey() };
    await start(headers);
    const other = { ...startBody(), reason: 'LOST' };
    expect(await slugOf(await call('POST', '/v1/reissues', { body: other, headers }))).toBe(
      'idempotency-mismatch',
    );
  });

  it('A start with another body is refused without a token while the first is in flight', async () => {
    const headers = { 'idempotency-key': freshKey() };
    gateway.deliver = async (_message, id) => {
      gateway.open(id);
      return { reached: 'ACCEPTED' };
    };
    expect((await call('POST', '/v1/reissues', { body: startBody(), headers })).status).toBe(202);
    for (const other of [{ reason: 'LOST' }, { keyThumbprint: 'A'.repeat(43) }]) {
      const answer = await call('POST', '/v1/reissues', { body: { ...startBody(), ...other }, headers });
      expect(await answer.clone().text()).not.toContain('accessToken');
      expect(await slugOf(answer)).toBe('idempotency-mismatch');
    }
    expect(gateway.delivered).toHaveLength(1);
    expect((await call('POST', '/v1/reissues', { body: startBody(), headers })).status).toBe(202);
  });

  it('A start with another body is refused while the result of the first is unknown', async () => {
    const headers = { 'idempotency-key': freshKey() };
    gateway.deliver = () => Promise.resolve({ reached: 'UNKNOWN' });
    expect(await slugOf(await call('POST', '/v1/reissues', { body: startBody(), headers }))).toBe(
      'unavailable',
    );
    const other = { ...startBody(), reason: 'LOST' };
    expect(await slugOf(await call('POST', '/v1/reissues', { body: other, headers }))).toBe(
      'idempotency-mismatch',
    );
    gateway.deliver = async (message, id) => gateway.completeStep(id, message);
    expect((await call('POST', '/v1/reissues', { body: startBody(), headers })).status).toBe(201);
  });

  it('A start with reordered members and other hyphens in the mobile number is the same request', async () => {
    const headers = { 'idempotency-key': freshKey() };
    const first = await start(headers);
    const { reason, applicant, ...rest } = startBody();
    const body = {
      ...rest,
      applicant: { mobile: applicant.mobile.replaceAll('-', ''), name: applicant.name },
      reason,
    };
    expect(await (await call('POST', '/v1/reissues', { body, headers })).json()).toEqual(first);
  });

  it('A refused start names the terms that have a new version, in both languages', async () => {
    const { id, post } = await begun({ state: 'CONSENT_REQUIRED' });
    gateway.deliver = (message) => {
      const code = 'TERMS_CHANGED';
      const errors = [{ pointer: '#/consents', code, message: `certificate-service: ${code}` }];
      return Promise.resolve(
        gateway.completeStep(id, message, { status: 'REFUSED', code: 'CONSENT_INCOMPLETE', errors }),
      );
    };
    for (const [language, message] of [
      ['ko', 'certificate-service: 동의한 뒤에 새 판이 시행되었습니다'],
      ['en', 'certificate-service: a new version came into force after this consent'],
    ] as const) {
      const answer = await post(
        'consents',
        { consents: gateway.consents() },
        { 'accept-language': language },
      );
      expect(await answer.json()).toMatchObject({
        type: 'urn:reseal:problem:consent-incomplete',
        errors: [{ pointer: '#/consents', code: 'TERMS_CHANGED', message }],
      });
    }
  });

  it('A start without a mandatory consent is refused with the ids of the terms', async () => {
    const answer = await call('POST', '/v1/reissues', { body: { ...startBody(), consents: [] } });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      type: 'urn:reseal:problem:consent-incomplete',
      errors: expect.arrayContaining([
        {
          pointer: '#/consents',
          code: 'MISSING',
          message: 'unique-identifier: mandatory terms were not agreed to',
        },
      ]),
    });
    expect(gateway.delivered).toEqual([]);
  });

  it('A start answers 202 while an operator has to look at it, and 503 while its result is unknown', async () => {
    gateway.deliver = (message) => {
      if (message.kind === 'start') gateway.open(message.reissueId, { parked_step: 'SEND_CHALLENGES' });
      return Promise.resolve({ reached: 'ACCEPTED' });
    };
    const accepted = await call('POST', '/v1/reissues', { body: startBody() });
    expect(accepted.status).toBe(202);
    expect(await accepted.json()).toMatchObject({
      challenges: [],
      reissue: { next: { action: 'NEEDS_OPERATOR' } },
    });
    gateway.deliver = () => Promise.resolve({ reached: 'UNKNOWN' });
    const unknown = await call('POST', '/v1/reissues', { body: startBody() });
    expect(unknown.headers.get('retry-after')).toBe('2');
    expect(await slugOf(unknown)).toBe('unavailable');
  });

  it.each([
    ['an unknown member', { more: 1 }, '#'],
    [
      'an invalid mobile number',
      { applicant: { name: '홍길동', mobile: '02-123-4567' } },
      '#/applicant/mobile',
    ],
    ['a duplicate method', { methods: ['ONE_WON', 'ONE_WON'] }, '#/methods'],
    ['an unknown reason', { reason: 'BORED' }, '#/reason'],
  ])('A start with %s is refused with a pointer to it', async (_, wrong, pointer) => {
    const answer = await call('POST', '/v1/reissues', { body: { ...startBody(), ...wrong } });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ errors: [{ pointer }] });
    expect(gateway.delivered).toEqual([]);
  });
});

describe('a call on a reissue', () => {
  it('A call needs the token of its reissue', async () => {
    const [mine, other] = [await begun(), await begun()];
    const stolen = await call('GET', `/v1/reissues/${mine.id}`, {
      headers: { authorization: other.authorization },
    });
    expect(await slugOf(stolen)).toBe('not-your-reissue');
    const without = await call('GET', `/v1/reissues/${mine.id}`);
    expect(without.headers.get('www-authenticate')).toBe('Bearer');
    expect(await slugOf(without)).toBe('invalid-token');
  });

  it('The access of a call is checked once', async () => {
    const reissue = await begun();
    for (const call of [() => reissue.get(''), () => reissue.post('cancel', {})]) {
      gateway.accessReads = 0;
      expect((await call()).status).toBe(200);
      expect(gateway.accessReads).toBe(1);
    }
  });

  it('The body of a call is read only after its access is checked', async () => {
    const { id, authorization } = await begun();
    const send = async (headers: Record<string, string>) => {
      const answer = await fetch(`${url}/v1/reissues/${id}/cancel`, {
        method: 'POST',
        body: '{"broken',
        headers: { 'content-type': 'application/json', 'idempotency-key': freshKey(), ...headers },
      });
      return slugOf(answer);
    };
    expect(await send({})).toBe('unknown-api-key');
    expect(await send({ 'x-api-key': 'reseal-local' })).toBe('invalid-token');
    expect(await send({ 'x-api-key': 'reseal-local', authorization })).toBe('malformed-request');
  });

  it('A reissue that is not stored is 404 for the holder of its token only', async () => {
    const { id, get } = await begun();
    gateway.rows.delete(id);
    expect(await slugOf(await get(''))).toBe('not-found');
    expect(await slugOf(await call('GET', `/v1/reissues/${id}`))).toBe('invalid-token');
  });

  it('A call sends handles to the workflow and stores envelopes in the vault', async () => {
    const { id, post } = await begun({ state: 'PASSWORD_REQUIRED', password_attempts: 5 });
    const password = await gateway.seal('canary', 'password', id);
    const answer = await post('password', { password });
    expect(answer.status).toBe(200);
    const sent = gateway.delivered.at(-1);
    const [[handle, envelope] = []] = [...gateway.vault];
    expect(sent).toMatchObject({ kind: 'submitPassword', password: handle });
    expect(envelope).toBe(password);
    expect(JSON.stringify(sent)).not.toContain(password);
  });

  it('Each part of an application is a separate step', async () => {
    const { id, post } = await begun({ state: 'PASSWORD_REQUIRED', password_attempts: 5 });
    const body = {
      password: await gateway.seal('canary', 'password', id),
      consents: gateway.consents(),
      csr: 'Made on phone 7\n-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----  \r\n',
      vidRandom: await gateway.seal('00'.repeat(20), 'vid-random', id),
    };
    expect((await post('application', body)).status).toBe(200);
    const sent = gateway.delivered.at(-1);
    if (sent?.kind !== 'apply') throw new Error('no application was sent');
    expect(sent.parts.map(({ kind, updateId }) => [kind, updateId])).toEqual([
      ['submitPassword', `${sent.updateId}/submitPassword`],
      ['giveConsents', `${sent.updateId}/giveConsents`],
      ['requestCertificate', `${sent.updateId}/requestCertificate`],
    ]);
    expect(gateway.vault.size).toBe(2);
    // Text around a request may contain personal data.
    expect(sent.parts[2]).toMatchObject({
      csr: '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n',
    });
  });

  it.each([
    ['another reissue', (id: string) => [id.replace(/.$/, 'f'), 'identity', {}], 'ENVELOPE_WRONG_SUBJECT'],
    ['another purpose', (id: string) => [id, 'password', {}], 'ENVELOPE_WRONG_PURPOSE'],
    ['another front end', (id: string) => [id, 'identity', { client: 'other' }], 'ENVELOPE_WRONG_CLIENT'],
    [
      'another key',
      (id: string) => [id, 'identity', { keyThumbprint: 'A'.repeat(43) }],
      'ENVELOPE_WRONG_KEY',
    ],
  ] as const satisfies readonly WrongEnvelope[])(
    'An envelope for %s is refused, and no other of the call is stored',
    async (_, wrong, code) => {
      const { id, post } = await begun();
      const [sub, purpose, bound] = wrong(id);
      const answers = [
        { challengeId: 'a', answer: await gateway.seal('123456', 'identity', id) },
        { challengeId: 'b', answer: await gateway.seal('123456', purpose, sub, bound) },
      ];
      const before = gateway.delivered.length;
      const answer = await post('identity/verifications', { answers });
      expect(await answer.json()).toMatchObject({
        type: 'urn:reseal:problem:envelope-refused',
        errors: [{ pointer: '#/answers/1/answer', message: expect.stringContaining(code) }],
      });
      expect(gateway.vault.size).toBe(0);
      expect(gateway.delivered).toHaveLength(before);
    },
  );

  it('An envelope that another call has used is refused', async () => {
    const { id, post } = await begun({ state: 'PASSWORD_REQUIRED', password_attempts: 5 });
    const body = { password: await gateway.seal('canary', 'password', id) };
    expect((await post('password', body)).status).toBe(200);
    expect(await slugOf(await post('password', body))).toBe('envelope-refused');
  });

  it('A call with another body under the same key is refused while the first is in flight or waits for an operator', async () => {
    const { id, post } = await begun({ state: 'CONSENT_REQUIRED' });
    const headers = { 'idempotency-key': freshKey() };
    const first = { consents: gateway.consents() };
    const other = { consents: gateway.consents().slice(1) };
    gateway.deliver = () => Promise.resolve({ reached: 'ACCEPTED' });
    expect((await post('consents', first, headers)).status).toBe(202);
    expect(await slugOf(await post('consents', other, headers))).toBe('idempotency-mismatch');
    gateway.open(id, { ...gateway.rows.get(id), parked_step: 'ISSUE_CERTIFICATE' });
    expect(await slugOf(await post('consents', other, headers))).toBe('idempotency-mismatch');
    expect(gateway.delivered).toHaveLength(2); // includes the start
  });

  it('A repeated call gets its recorded refusal', async () => {
    const { id, post } = await begun({ state: 'PASSWORD_REQUIRED', password_attempts: 5 });
    gateway.deliver = async (message) =>
      gateway.completeStep(id, message, { status: 'REFUSED', code: 'PASSWORD_WRONG' } as object);
    const body = { password: await gateway.seal('canary', 'password', id) };
    const headers = { 'idempotency-key': freshKey() };
    const [first, again] = [await post('password', body, headers), await post('password', body, headers)];
    const [{ traceId: _, ...a }, { traceId: __, ...b }] = [
      (await first.json()) as { traceId: string },
      (await again.json()) as { traceId: string },
    ];
    expect(first.status).toBe(422);
    expect(a).toMatchObject({ type: 'urn:reseal:problem:password-wrong', reissue: { id } });
    expect(b).toEqual(a);
  });

  it.each([
    ['in another state', 'consents', {}, 'wrong-state'],
    ['after the end', 'cancel', { state: 'CANCELLED' }, 'wrong-state'],
    ['while parked', 'consents', { state: 'CONSENT_REQUIRED', parked_step: 'ISSUE_CERTIFICATE' }, 'parked'],
  ] as const)('A call is refused %s, with the current reissue', async (_, path, state, problem) => {
    const { post, id } = await begun(state);
    const answer = await post(path, path === 'cancel' ? undefined : { consents: gateway.consents() });
    expect(await answer.clone().json()).toMatchObject({ reissue: { id } });
    expect(await slugOf(answer)).toBe(problem);
    expect(gateway.delivered).toHaveLength(1);
  });

  it('The refusal of a call after the end states why the reissue ended and what to do now', async () => {
    const { post } = await begun({ state: 'REJECTED', end_code: 'IDENTITY_LOCKED' });
    const refused = (await (await post('cancel', undefined)).json()) as Record<string, string>;
    expect(refused).toMatchObject({
      type: 'urn:reseal:problem:wrong-state',
      code: 'IDENTITY_LOCKED',
      detail: endText('IDENTITY_LOCKED', undefined).en,
    });
    expect(refused['detail']).toMatch(/Too many wrong codes.*Apply again/);
  });

  it('A password is refused with 423 when no attempt is left', async () => {
    const { id, post } = await begun({ state: 'PASSWORD_REQUIRED', password_attempts: 0 });
    const password = await gateway.seal('canary', 'password', id);
    expect(await slugOf(await post('password', { password }))).toBe('password-locked');
    const reset = await post('password/reset', { newPassword: password });
    expect(reset.status).toBe(200);
  });

  it('A parked reissue can be cancelled with or without a body', async () => {
    for (const body of [undefined, {}]) {
      const { post } = await begun({ parked_step: 'SEND_CHALLENGES' });
      expect((await post('cancel', body)).status).toBe(200);
    }
  });

  it('A repeated call that waits for an operator is answered 202 again', async () => {
    const { id, post } = await begun();
    const headers = { 'idempotency-key': freshKey() };
    gateway.deliver = (message) => {
      gateway.open(id, { parked_step: 'SEND_CHALLENGES', pending_message: message });
      return Promise.resolve({ reached: 'ACCEPTED' });
    };
    const body = { methods: ['PHONE_CODE'] };
    expect((await post('identity/challenges', body, headers)).status).toBe(202);
    const again = await post('identity/challenges', body, headers);
    expect(again.status).toBe(202);
    expect(await again.json()).toMatchObject({
      challenges: [],
      reissue: { next: { action: 'NEEDS_OPERATOR' } },
    });
    expect(await slugOf(await post('identity/challenges', body))).toBe('parked');
  });

  it('A call without a running workflow is 503, or 409 after the end of the reissue', async () => {
    const { id, post } = await begun();
    gateway.deliver = () => Promise.resolve({ reached: 'NO_WORKFLOW' });
    const body = { methods: ['PHONE_CODE'] };
    expect(await slugOf(await post('identity/challenges', body))).toBe('unavailable');
    gateway.deliver = () => {
      gateway.open(id, { state: 'TIMED_OUT' });
      return Promise.resolve({ reached: 'NO_WORKFLOW' });
    };
    expect(await slugOf(await post('identity/challenges', body))).toBe('wrong-state');
  });

  it('A repeated call gets the outcome that is recorded while it is checked', async () => {
    const { id, post } = await begun();
    const headers = { 'idempotency-key': freshKey() };
    const repeat = () => post('cancel', {}, headers);
    const first = (await (await repeat()).json()) as Reissue;
    gateway.open(id, { ...gateway.rows.get(id), state: 'CANCELLED' });
    const find = gateway.steps.get.bind(gateway.steps);
    gateway.steps.get = () => {
      gateway.steps.get = find;
      return undefined;
    };
    const again = await repeat();
    expect(again.status).toBe(200);
    expect(await again.json()).toEqual(first);
    expect(await slugOf(await post('cancel', {}))).toBe('wrong-state');
  });

  it('A call that fails on a broken connection is 503 with Retry-After, and 500 only for a bug', async () => {
    const { post } = await begun();
    const body = { methods: ['PHONE_CODE'] };
    for (const error of [
      Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
      Object.assign(new Error('shutting down'), { code: '57P01' }),
      new Error('timeout exceeded when trying to connect'),
      unavailable(),
    ]) {
      gateway.deliver = () => Promise.reject(error);
      const answer = await post('identity/challenges', body);
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(await slugOf(answer)).toBe('unavailable');
    }
    gateway.deliver = () => Promise.reject(new Error('canary'));
    const bug = await post('identity/challenges', body);
    expect(await bug.clone().text()).not.toContain('canary');
    expect(await slugOf(bug)).toBe('internal-error');
  });

  it('A fifth concurrent call on a reissue is refused with 429', async () => {
    const { id, post } = await begun();
    const gate = Promise.withResolvers<void>();
    const normal = gateway.deliver;
    gateway.deliver = async (message) => {
      await gate.promise;
      return normal(message, id);
    };
    const answers = Array.from({ length: 5 }, () => post('identity/challenges', { methods: ['PHONE_CODE'] }));
    const refused = await Promise.race(answers.map(async (answer) => answer));
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await slugOf(refused)).toBe('too-many-requests');
    gate.resolve();
    expect((await Promise.all(answers)).map(({ status }) => status).sort()).toEqual([
      200, 200, 200, 200, 429,
    ]);
  });
});

describe('reference data', () => {
  it('Reference data is available with an API key', async () => {
    const keys = (await (await call('GET', '/v1/keys')).json()) as { keys: object[] };
    expect(keys.keys[0]).toMatchObject({ kid: 'v1', use: 'enc' });
    expect(keys.keys[0]).not.toHaveProperty('d');
    const terms = (await (await call('GET', '/v1/terms?stage=issuance&locale=en')).json()) as {
      title: string;
    }[];
    expect(terms[0]?.title).toMatch(/[A-Za-z]/);
    expect(await (await call('GET', '/v1/password-rules')).json()).toMatchObject({ minimumLength: 10 });
    expect(await slugOf(await call('GET', '/v1/keys', { headers: { 'x-api-key': 'guess' } }))).toBe(
      'unknown-api-key',
    );
    expect(await slugOf(await call('GET', '/v1/terms?stage=other'))).toBe('invalid-request');
  });

  it('The keys of consent receipts are public', async () => {
    const answer = await fetch(`${url}/v1/receipt-keys`);
    const { keys } = (await answer.json()) as { keys: object[] };
    expect(keys[0]).toMatchObject({ kty: 'OKP', use: 'sig' });
    expect(keys[0]).not.toHaveProperty('d');
    expect(answer.headers.get('cache-control')).toContain('public');
  });

  it('The page of the API document loads nothing from other hosts', async () => {
    const page = await fetch(`${url}/docs`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).not.toMatch(/https?:/);
    for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js'])
      expect((await fetch(`${url}/docs/${file}`)).status).toBe(200);
    for (const file of ['package.json', '..%2Fpackage.json', '__proto__'])
      expect((await fetch(`${url}/docs/${file}`)).status).toBe(404);
    expect(await (await fetch(`${url}/openapi.json`)).json()).toMatchObject({ openapi: '3.1.1' });
  });
});

describe('the access token of a reissue', () => {
  const cookieOf = (answer: Response) => answer.headers.get('set-cookie') ?? '';
  const sessionOf = async (cookie: string) =>
    (await (await call('GET', '/page/session', { headers: { cookie } })).json()) as {
      reissueId: string | null;
    };

  it('An access token is invalid after the page has signed out, in the cookie and in the header', async () => {
    const { id, authorization, get, post } = await begun();
    const kept = cookieOf(await call('PUT', '/page/session', { headers: { authorization } }));
    expect(kept).toMatch(/^__Host-reseal_reissue=.*; Secure$/);
    const cookie = kept.split(';')[0]!;
    expect(await sessionOf(cookie)).toMatchObject({ reissueId: id });
    expect((await get('')).status).toBe(200);

    expect((await call('DELETE', '/page/session', { headers: { cookie } })).status).toBe(204);
    const refused = await get('');
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(await slugOf(refused)).toBe('invalid-token');
    expect(await slugOf(await post('cancel'))).toBe('invalid-token');
    expect(await slugOf(await call('GET', `/v1/reissues/${id}`, { headers: { cookie } }))).toBe(
      'invalid-token',
    );
    expect((await (await begun()).get('')).status).toBe(200);
  });

  it('A sign-out while PostgreSQL is down is 503 with Retry-After and keeps the cookie', async () => {
    const { authorization, get, post } = await begun();
    const kept = cookieOf(await call('PUT', '/page/session', { headers: { authorization } }));
    const cookie = kept.split(';')[0]!;
    const signOut = () => call('DELETE', '/page/session', { headers: { cookie } });
    gateway.databaseDown = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    for (const answer of [await get(''), await post('cancel'), await signOut()]) {
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(await slugOf(answer)).toBe('unavailable');
    }
    gateway.databaseDown = undefined;
    expect((await get('')).status).toBe(200);
  });

  it('Only the holder of an access token can revoke it', async () => {
    const { id, authorization, get } = await begun();
    const [cookie = ''] = cookieOf(await call('PUT', '/page/session', { headers: { authorization } })).split(
      ';',
    );
    const foreign = await call('DELETE', '/page/session', { headers: { cookie, 'x-api-key': 'another' } });
    expect(await slugOf(foreign)).toBe('unknown-api-key');
    await call('DELETE', '/page/session');
    await call('DELETE', '/page/session', { headers: { cookie: cookie.slice(0, -2) } });
    expect((await get('')).status).toBe(200);
    expect(gateway.revoked.has(id)).toBe(false);
  });

  it('An access token reads an ended reissue for a limited time', async () => {
    const ended = (minutesAgo: number) => ({
      state: 'REGISTERED' as const,
      ended_at: new Date(Date.now() - minutesAgo * 60_000),
    });
    expect((await (await begun(ended(59))).get('')).status).toBe(200);
    expect(await slugOf(await (await begun(ended(61))).get(''))).toBe('invalid-token');
  });
});

describe('a gateway with too much load', () => {
  /** Messages that wait for the workflows. */
  const held: (() => void)[] = [];
  const startNow = () => call('POST', '/v1/reissues', { body: startBody() });
  const holdWorkflows = () => {
    gateway.deliver = async (message, reissueId) => {
      await new Promise<void>((resolve) => held.push(resolve));
      return gateway.completeStep(reissueId, message);
    };
  };
  const continueWorkflows = () => {
    gateway.deliver = async (message, reissueId) => gateway.completeStep(reissueId, message);
    for (const resolve of held.splice(0)) resolve();
  };
  /** Starts reissues until one is refused. */
  const saturate = async () => {
    const starts: Promise<Response>[] = [];
    for (;;) {
      const waiting = held.length;
      const start = startNow();
      const arrived = async () => {
        while (held.length === waiting) await new Promise((resolve) => setImmediate(resolve));
      };
      const refused = await Promise.race([start, arrived()]);
      if (refused) return { starts, refused };
      starts.push(start);
    }
  };

  it('Starts are refused with 503 and Retry-After before anything is read; steps and reads are not', async () => {
    const reissue = await begun();
    holdWorkflows();
    const { starts, refused } = await saturate();
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await slugOf(refused)).toBe('unavailable');
    gateway.accessReads = 0;
    expect((await startNow()).status).toBe(503);
    expect(gateway.accessReads).toBe(0);
    expect((await reissue.get('')).status).toBe(200);
    const step = reissue.post('cancel', {});
    while (held.length === starts.length) await new Promise((resolve) => setImmediate(resolve));

    continueWorkflows();
    expect((await step).status).toBe(200);
    for (const start of starts) expect((await start).status).toBe(201);
    expect((await startNow()).status).toBe(201);
  });
});
