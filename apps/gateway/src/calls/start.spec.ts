import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayClient, freshKey, slugOf, type Started } from '../testing/gateway-client.js';

let client: GatewayClient;
beforeEach(async () => void (client = await GatewayClient.open()));
afterEach(() => client.close());

describe('starting a reissue', () => {
  it('A start answers 201 with location, state and access token of the reissue', async () => {
    const answer = await client.call('POST', '/v1/reissues', { body: client.startBody() });
    const started = (await answer.json()) as Started;
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/reissues/${started.reissue.id}`);
    expect(started).toMatchObject({
      challenges: [],
      expiresIn: 1_209_600,
      reissue: { state: 'IDENTITY_REQUIRED' },
    });
    const authorization = `Bearer ${started.accessToken}`;
    const shown = await client.call('GET', `/v1/reissues/${started.reissue.id}`, {
      headers: { authorization },
    });
    expect(await shown.json()).toEqual({ ...started.reissue, challenges: [] });
  });

  it('Fifty concurrent starts with one key give one reissue and one answer', async () => {
    const key = freshKey();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        client.call('POST', '/v1/reissues', {
          body: client.startBody(),
          headers: { 'idempotency-key': key },
        }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    expect(client.gateway.delivered).toHaveLength(1);
  });

  it('A repeated start gets the same bytes without a message to the workflow', async () => {
    const headers = { 'idempotency-key': freshKey() };
    const first = await client.start(headers);
    client.gateway.deliver = () => Promise.resolve({ reached: 'NO_WORKFLOW' });
    expect(await client.start(headers)).toEqual(first);
  });

  it('A start with another body under the same key is refused', async () => {
    const headers = { 'idempotency-key': freshKey() };
    await client.start(headers);
    const other = { ...client.startBody(), reason: 'LOST' };
    expect(await slugOf(await client.call('POST', '/v1/reissues', { body: other, headers }))).toBe(
      'idempotency-mismatch',
    );
  });

  it('A start with another body is refused without a token while the first is in flight', async () => {
    const headers = { 'idempotency-key': freshKey() };
    client.gateway.deliver = async (_message, id) => {
      client.gateway.open(id);
      return { reached: 'ACCEPTED' };
    };
    expect((await client.call('POST', '/v1/reissues', { body: client.startBody(), headers })).status).toBe(
      202,
    );
    for (const other of [{ reason: 'LOST' }, { keyThumbprint: 'A'.repeat(43) }]) {
      const answer = await client.call('POST', '/v1/reissues', {
        body: { ...client.startBody(), ...other },
        headers,
      });
      expect(await answer.clone().text()).not.toContain('accessToken');
      expect(await slugOf(answer)).toBe('idempotency-mismatch');
    }
    expect(client.gateway.delivered).toHaveLength(1);
    expect((await client.call('POST', '/v1/reissues', { body: client.startBody(), headers })).status).toBe(
      202,
    );
  });

  it('A start with another body is refused while the result of the first is unknown', async () => {
    const headers = { 'idempotency-key': freshKey() };
    client.gateway.deliver = () => Promise.resolve({ reached: 'UNKNOWN' });
    expect(
      await slugOf(await client.call('POST', '/v1/reissues', { body: client.startBody(), headers })),
    ).toBe('unavailable');
    const other = { ...client.startBody(), reason: 'LOST' };
    expect(await slugOf(await client.call('POST', '/v1/reissues', { body: other, headers }))).toBe(
      'idempotency-mismatch',
    );
    client.gateway.deliver = async (message, id) => client.gateway.completeStep(id, message);
    expect((await client.call('POST', '/v1/reissues', { body: client.startBody(), headers })).status).toBe(
      201,
    );
  });

  it('A start with reordered members and other hyphens in the mobile number is the same request', async () => {
    const headers = { 'idempotency-key': freshKey() };
    const first = await client.start(headers);
    const { reason, applicant, ...rest } = client.startBody();
    const body = {
      ...rest,
      applicant: { mobile: applicant.mobile.replaceAll('-', ''), name: applicant.name },
      reason,
    };
    expect(await (await client.call('POST', '/v1/reissues', { body, headers })).json()).toEqual(first);
  });

  it('A refused start names the terms that have a new version, in both languages', async () => {
    const { id, post } = await client.begun({ state: 'CONSENT_REQUIRED' });
    client.gateway.deliver = (message) => {
      const code = 'TERMS_CHANGED';
      const errors = [{ pointer: '#/consents', code, message: `certificate-service: ${code}` }];
      return Promise.resolve(
        client.gateway.completeStep(id, message, { status: 'REFUSED', code: 'CONSENT_INCOMPLETE', errors }),
      );
    };
    for (const [language, message] of [
      ['ko', 'certificate-service: 동의한 뒤에 새 판이 시행되었습니다'],
      ['en', 'certificate-service: a new version came into force after this consent'],
    ] as const) {
      const answer = await post(
        'consents',
        { consents: client.gateway.consents() },
        { 'accept-language': language },
      );
      expect(await answer.json()).toMatchObject({
        type: 'urn:reseal:problem:consent-incomplete',
        errors: [{ pointer: '#/consents', code: 'TERMS_CHANGED', message }],
      });
    }
  });

  it('A start without a mandatory consent is refused with the ids of the terms', async () => {
    const answer = await client.call('POST', '/v1/reissues', {
      body: { ...client.startBody(), consents: [] },
    });
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
    expect(client.gateway.delivered).toEqual([]);
  });

  it('A start answers 202 while an operator has to look at it, and 503 while its result is unknown', async () => {
    client.gateway.deliver = (message) => {
      if (message.kind === 'start')
        client.gateway.open(message.reissueId, { parked_step: 'SEND_CHALLENGES' });
      return Promise.resolve({ reached: 'ACCEPTED' });
    };
    const accepted = await client.call('POST', '/v1/reissues', { body: client.startBody() });
    expect(accepted.status).toBe(202);
    expect(await accepted.json()).toMatchObject({
      challenges: [],
      reissue: { next: { action: 'NEEDS_OPERATOR' } },
    });
    client.gateway.deliver = () => Promise.resolve({ reached: 'UNKNOWN' });
    const unknown = await client.call('POST', '/v1/reissues', { body: client.startBody() });
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
    const answer = await client.call('POST', '/v1/reissues', { body: { ...client.startBody(), ...wrong } });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ errors: [{ pointer }] });
    expect(client.gateway.delivered).toEqual([]);
  });
});
