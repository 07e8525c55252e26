import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { endText, type Reissue } from '#libs/contracts';
import type { EnvelopePurpose } from '#libs/vault';
import { unavailable } from '../problems.js';
import { GatewayClient, freshKey, slugOf } from '../testing/gateway-client.js';
import type { InMemoryGateway } from '../testing/in-memory-gateway.js';

type Bound = Parameters<InMemoryGateway['seal']>[3];
type WrongEnvelope = readonly [
  string,
  (id: string) => readonly [sub: string, purpose: EnvelopePurpose, bound: Bound],
  string,
];

let client: GatewayClient;
beforeEach(async () => void (client = await GatewayClient.open()));
afterEach(() => client.close());

describe('a call on a reissue', () => {
  it('A call needs the token of its reissue', async () => {
    const [mine, other] = [await client.begun(), await client.begun()];
    const stolen = await client.call('GET', `/v1/reissues/${mine.id}`, {
      headers: { authorization: other.authorization },
    });
    expect(await slugOf(stolen)).toBe('not-your-reissue');
    const without = await client.call('GET', `/v1/reissues/${mine.id}`);
    expect(without.headers.get('www-authenticate')).toBe('Bearer');
    expect(await slugOf(without)).toBe('invalid-token');
  });

  it('The access of a call is checked once', async () => {
    const reissue = await client.begun();
    for (const call of [() => reissue.get(''), () => reissue.post('cancel', {})]) {
      client.gateway.accessReads = 0;
      expect((await call()).status).toBe(200);
      expect(client.gateway.accessReads).toBe(1);
    }
  });

  it('The body of a call is read only after its access is checked', async () => {
    const { id, authorization } = await client.begun();
    const send = async (headers: Record<string, string>) => {
      const answer = await fetch(`${client.url}/v1/reissues/${id}/cancel`, {
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
    const { id, get } = await client.begun();
    client.gateway.rows.delete(id);
    expect(await slugOf(await get(''))).toBe('not-found');
    expect(await slugOf(await client.call('GET', `/v1/reissues/${id}`))).toBe('invalid-token');
  });

  it('A call sends handles to the workflow and stores envelopes in the vault', async () => {
    const { id, post } = await client.begun({ state: 'PASSWORD_REQUIRED', password_attempts: 5 });
    const password = await client.gateway.seal('canary', 'password', id);
    const answer = await post('password', { password });
    expect(answer.status).toBe(200);
    const sent = client.gateway.delivered.at(-1);
    const [[handle, envelope] = []] = [...client.gateway.vault];
    expect(sent).toMatchObject({ kind: 'submitPassword', password: handle });
    expect(envelope).toBe(password);
    expect(JSON.stringify(sent)).not.toContain(password);
  });

  it('Each part of an application is a separate step', async () => {
    const { id, post } = await client.begun({ state: 'PASSWORD_REQUIRED', password_attempts: 5 });
    const body = {
      password: await client.gateway.seal('canary', 'password', id),
      consents: client.gateway.consents(),
      csr: 'Made on phone 7\n-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----  \r\n',
      vidRandom: await client.gateway.seal('00'.repeat(20), 'vid-random', id),
    };
    expect((await post('application', body)).status).toBe(200);
    const sent = client.gateway.delivered.at(-1);
    if (sent?.kind !== 'apply') throw new Error('no application was sent');
    expect(sent.parts.map(({ kind, updateId }) => [kind, updateId])).toEqual([
      ['submitPassword', `${sent.updateId}/submitPassword`],
      ['giveConsents', `${sent.updateId}/giveConsents`],
      ['requestCertificate', `${sent.updateId}/requestCertificate`],
    ]);
    expect(client.gateway.vault.size).toBe(2);
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
      const { id, post } = await client.begun();
      const [sub, purpose, bound] = wrong(id);
      const answers = [
        { challengeId: 'a', answer: await client.gateway.seal('123456', 'identity', id) },
        { challengeId: 'b', answer: await client.gateway.seal('123456', purpose, sub, bound) },
      ];
      const before = client.gateway.delivered.length;
      const answer = await post('identity/verifications', { answers });
      expect(await answer.json()).toMatchObject({
        type: 'urn:reseal:problem:envelope-refused',
        errors: [{ pointer: '#/answers/1/answer', message: expect.stringContaining(code) }],
      });
      expect(client.gateway.vault.size).toBe(0);
      expect(client.gateway.delivered).toHaveLength(before);
    },
  );

  it('An envelope that another call has used is refused', async () => {
    const { id, post } = await client.begun({ state: 'PASSWORD_REQUIRED', password_attempts: 5 });
    const body = { password: await client.gateway.seal('canary', 'password', id) };
    expect((await post('password', body)).status).toBe(200);
    expect(await slugOf(await post('password', body))).toBe('envelope-refused');
  });

  it('A call with another body under the same key is refused while the first is in flight or waits for an operator', async () => {
    const { id, post } = await client.begun({ state: 'CONSENT_REQUIRED' });
    const headers = { 'idempotency-key': freshKey() };
    const first = { consents: client.gateway.consents() };
    const other = { consents: client.gateway.consents().slice(1) };
    client.gateway.deliver = () => Promise.resolve({ reached: 'ACCEPTED' });
    expect((await post('consents', first, headers)).status).toBe(202);
    expect(await slugOf(await post('consents', other, headers))).toBe('idempotency-mismatch');
    client.gateway.open(id, { ...client.gateway.rows.get(id), parked_step: 'ISSUE_CERTIFICATE' });
    expect(await slugOf(await post('consents', other, headers))).toBe('idempotency-mismatch');
    expect(client.gateway.delivered).toHaveLength(2); // includes the start
  });

  it('A repeated call gets its recorded refusal', async () => {
    const { id, post } = await client.begun({ state: 'PASSWORD_REQUIRED', password_attempts: 5 });
    client.gateway.deliver = async (message) =>
      client.gateway.completeStep(id, message, { status: 'REFUSED', code: 'PASSWORD_WRONG' } as object);
    const body = { password: await client.gateway.seal('canary', 'password', id) };
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
    const { post, id } = await client.begun(state);
    const answer = await post(path, path === 'cancel' ? undefined : { consents: client.gateway.consents() });
    expect(await answer.clone().json()).toMatchObject({ reissue: { id } });
    expect(await slugOf(answer)).toBe(problem);
    expect(client.gateway.delivered).toHaveLength(1);
  });

  it('The refusal of a call after the end states why the reissue ended and what to do now', async () => {
    const { post } = await client.begun({ state: 'REJECTED', end_code: 'IDENTITY_LOCKED' });
    const refused = (await (await post('cancel', undefined)).json()) as Record<string, string>;
    expect(refused).toMatchObject({
      type: 'urn:reseal:problem:wrong-state',
      code: 'IDENTITY_LOCKED',
      detail: endText('IDENTITY_LOCKED', undefined).en,
    });
    expect(refused['detail']).toMatch(/Too many wrong codes.*Apply again/);
  });

  it('A password is refused with 423 when no attempt is left', async () => {
    const { id, post } = await client.begun({ state: 'PASSWORD_REQUIRED', password_attempts: 0 });
    const password = await client.gateway.seal('canary', 'password', id);
    expect(await slugOf(await post('password', { password }))).toBe('password-locked');
    const reset = await post('password/reset', { newPassword: password });
    expect(reset.status).toBe(200);
  });

  it('A parked reissue can be cancelled with or without a body', async () => {
    for (const body of [undefined, {}]) {
      const { post } = await client.begun({ parked_step: 'SEND_CHALLENGES' });
      expect((await post('cancel', body)).status).toBe(200);
    }
  });

  it('A repeated call that waits for an operator is answered 202 again', async () => {
    const { id, post } = await client.begun();
    const headers = { 'idempotency-key': freshKey() };
    client.gateway.deliver = (message) => {
      client.gateway.open(id, { parked_step: 'SEND_CHALLENGES', pending_message: message });
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
    const { id, post } = await client.begun();
    client.gateway.deliver = () => Promise.resolve({ reached: 'NO_WORKFLOW' });
    const body = { methods: ['PHONE_CODE'] };
    expect(await slugOf(await post('identity/challenges', body))).toBe('unavailable');
    client.gateway.deliver = () => {
      client.gateway.open(id, { state: 'TIMED_OUT' });
      return Promise.resolve({ reached: 'NO_WORKFLOW' });
    };
    expect(await slugOf(await post('identity/challenges', body))).toBe('wrong-state');
  });

  it('A repeated call gets the outcome that is recorded while it is checked', async () => {
    const { id, post } = await client.begun();
    const headers = { 'idempotency-key': freshKey() };
    const repeat = () => post('cancel', {}, headers);
    const first = (await (await repeat()).json()) as Reissue;
    client.gateway.open(id, { ...client.gateway.rows.get(id), state: 'CANCELLED' });
    const find = client.gateway.steps.get.bind(client.gateway.steps);
    client.gateway.steps.get = () => {
      client.gateway.steps.get = find;
      return undefined;
    };
    const again = await repeat();
    expect(again.status).toBe(200);
    expect(await again.json()).toEqual(first);
    expect(await slugOf(await post('cancel', {}))).toBe('wrong-state');
  });

  it('A call that fails on a broken connection is 503 with Retry-After, and 500 only for a bug', async () => {
    const { post } = await client.begun();
    const body = { methods: ['PHONE_CODE'] };
    for (const error of [
      Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
      Object.assign(new Error('shutting down'), { code: '57P01' }),
      new Error('timeout exceeded when trying to connect'),
      unavailable(),
    ]) {
      client.gateway.deliver = () => Promise.reject(error);
      const answer = await post('identity/challenges', body);
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(await slugOf(answer)).toBe('unavailable');
    }
    client.gateway.deliver = () => Promise.reject(new Error('canary'));
    const bug = await post('identity/challenges', body);
    expect(await bug.clone().text()).not.toContain('canary');
    expect(await slugOf(bug)).toBe('internal-error');
  });

  it('A fifth concurrent call on a reissue is refused with 429', async () => {
    const { id, post } = await client.begun();
    const gate = Promise.withResolvers<void>();
    const normal = client.gateway.deliver;
    client.gateway.deliver = async (message) => {
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
