import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { projectRoot } from '#libs/config';
import { problemCatalogue } from '#libs/contracts';
import { environmentOf, metricsUrlOf } from '../support/app-environment.js';
import type { Customer } from '../support/customer.js';
import { newIdempotencyKey } from '../support/gateway.js';
import { expectSuccess, send } from '../support/http.js';
import { expectProblem, expectSomeProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

let customer: Customer;
beforeAll(async () => {
  customer = await stack.newCustomer();
  expectSuccess(await customer.start({ methods: ['PHONE_CODE'] }));
});
const headers = () => ({
  'x-api-key': 'reseal-local',
  'accept-language': 'en',
  'idempotency-key': newIdempotencyKey(),
  authorization: `Bearer ${customer.accessToken}`,
});
const routes = [
  '',
  'identity/challenges',
  'identity/verifications',
  'password',
  'password/reset',
  'consents',
  'certificate',
  'application',
  'registration',
];
const urlOf = (route: string) =>
  `${stack.gateway.url}/v1/reissues${route === '' ? '' : `/${customer.reissueId}/${route}`}`;
const postText = (route: string, body: string | Uint8Array<ArrayBuffer>, contentType = 'application/json') =>
  fetch(urlOf(route), { method: 'POST', body, headers: { ...headers(), 'content-type': contentType } });
async function expectBlame(response: Response, body: unknown) {
  const answer = {
    ...response,
    status: response.status,
    headers: response.headers,
    body,
    call: undefined as never,
    ms: 0,
  };
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expectSomeProblem({ ...answer, problem: body as never });
}

describe('a problem', () => {
  it('A problem is in the language that the client asks for, and in English by default', async () => {
    const ask = (language: string) =>
      stack.gateway.get('/v1/reissues/ri_0', { headers: { 'accept-language': language } });
    const { title } = problemCatalogue['invalid-token'];
    expect((await ask('ko-KR,ko;q=0.9,en;q=0.5')).problem?.title).toBe(title.ko);
    expect((await ask('en')).problem?.title).toBe(title.en);
    expect((await ask('de')).problem?.title).toBe(title.en);
  });

  it('A problem carries the trace id of its call', async () => {
    const traceId = 'c0ffee'.repeat(5) + '01';
    const answer = await stack.gateway.get('/v1/nothing', {
      headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    });
    expect(expectProblem(answer, 'not-found').traceId).toBe(traceId);
  });

  it('A problem names the fault of each member', async () => {
    const body = {
      reason: 'BORED',
      applicant: { name: '', mobile: '12345' },
      keyThumbprint: 'short',
      consents: 'yes',
      extra: 1,
    };
    const problem = expectProblem(await stack.gateway.post('/v1/reissues', body), 'invalid-request');
    const pointers = new Set(problem.errors?.map(({ pointer }) => pointer));
    for (const member of ['reason', 'applicant/name', 'applicant/mobile', 'keyThumbprint', 'consents'])
      expect(pointers).toContain(`#/${member}`);
    for (const { message } of problem.errors ?? []) expect(message).toMatch(/\S/);
  });

  it('A problem names missing query parameters', async () => {
    const problem = expectProblem(await stack.gateway.get('/v1/terms?stage=never'), 'invalid-request');
    expect(problem.errors).toMatchObject([{ parameter: 'stage', in: 'query' }]);
  });

  it.each([
    ['GET', '/v1/nothing', 'not-found'],
    ['PUT', '/v1/reissues', 'method-not-allowed'],
    ['POST', '/v1/keys', 'method-not-allowed'],
  ] as const)('A problem answers %s %s', async (method, path, slug) => {
    const answer = await send({ method, url: stack.gateway.url + path, headers: headers() });
    expectProblem(answer, slug);
  });

  it.each([
    ['{', 'application/json', 'malformed-request'],
    ['', 'application/json', undefined],
    ['reason=LOST', 'application/x-www-form-urlencoded', 'unsupported-media-type'],
    ['<start/>', 'application/xml', 'unsupported-media-type'],
    [`{"reason":"${'x'.repeat(300_000)}"}`, 'application/json', 'body-too-large'],
    ['{"reason":"LOST","__proto__":{"admin":true}}', 'application/json', undefined],
    [`${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'application/json', undefined],
  ] as const)('A problem answers a body that cannot be accepted', async (text, type, slug) => {
    const response = await postText('', text, type);
    const body = (await response.json()) as { type: string };
    await expectBlame(response, body);
    if (slug) expect(body.type).toBe(`urn:reseal:problem:${slug}`);
  });
});

describe('any body at all', () => {
  const check = async (route: string, text: string | Uint8Array<ArrayBuffer>) => {
    const response = await postText(route, text);
    await expectBlame(response, await response.json());
  };
  const runs = { numRuns: 25, endOnFailure: true };

  it.each(routes)('Any JSON body to /%s gets a problem', async (route) => {
    await fc.assert(
      fc.asyncProperty(fc.json(), (text) => check(route, text)),
      runs,
    );
  });

  it.each(routes)('Any bytes to /%s get a problem', async (route) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), (bytes) => check(route, new Uint8Array(bytes))),
      { ...runs, numRuns: 10 },
    );
  });

  it('Any nearly valid body gets a problem and does not break the server', async () => {
    const { csr, vidRandom } = await customer.certificateRequest();
    const envelope = await customer.seal('password', 'canary-Pass-2468');
    const consents = await stack.gateway.consents('identity');
    const right: Record<string, object> = {
      '': {
        reason: 'EXPIRED',
        applicant: { name: '홍가상', mobile: '01090000000' },
        keyThumbprint: customer.key.thumbprint,
        consents,
      },
      'identity/verifications': { answers: [{ challengeId: 'ch_0', answer: envelope }] },
      password: { password: envelope },
      consents: { consents },
      certificate: { csr, vidRandom },
      application: { password: envelope, consents, csr, vidRandom },
      registration: { challengeId: 'rc_0', signature: 'MAA' },
    };
    const nearlyRight = fc.constantFrom(...Object.keys(right)).chain((route) =>
      fc.record({
        route: fc.constant(route),
        member: fc.constantFrom(...Object.keys(right[route]!)),
        value: fc.oneof(
          fc.constantFrom(null, '', [], {}, 0, -1, true, '\u0000', '\ud800', 'x'.repeat(10_000)),
          fc.jsonValue(),
          fc.string({ unit: 'binary' }),
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(nearlyRight, async ({ route, member, value }) => {
        const response = await postText(route, JSON.stringify({ ...right[route], [member]: value }));
        expect(response.status).toBeLessThan(500);
        if (response.status >= 400) await expectBlame(response, await response.json());
        else await response.arrayBuffer();
      }),
      { numRuns: 120, endOnFailure: true },
    );
    expect(expectSuccess(await customer.fetchReissue()).state).toBe('IDENTITY_REQUIRED');
  });

  it('Any URL and header gets a problem', async () => {
    const segment = fc.string({ minLength: 1, maxLength: 40 }).map(encodeURIComponent);
    await fc.assert(
      fc.asyncProperty(segment, fc.string({ maxLength: 40 }), async (id, value) => {
        const printable = value.replace(/[^\x20-\x7e]/g, '').trim();
        const response = await fetch(`${stack.gateway.url}/v1/reissues/${id}`, {
          headers: { ...headers(), authorization: `Bearer ${printable}`, 'accept-language': printable },
        });
        await expectBlame(response, await response.json());
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});

it('Any query gets an answer or a problem and does not break the server', async () => {
  const queries = {
    '/v1/terms': ['stage', 'locale', 'reissueId'],
    [`/v1/reissues/${customer.reissueId}`]: ['cursor', 'limit', 'wait'],
    '/v1/keys': ['cursor'],
  };
  const path = fc.constantFrom(...Object.keys(queries));
  const value = fc.oneof(
    fc.constantFrom('\u0000', '0000-01-01T00:00:00Z', '2147483648', '9223372036854775808', '-1'),
    fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed()),
  );
  await fc.assert(
    fc.asyncProperty(path, fc.nat(2), value, async (to, nth, text) => {
      const name = queries[to]![nth] ?? 'stage';
      const response = await fetch(`${stack.gateway.url}${to}?${name}=${encodeURIComponent(text)}`, {
        headers: headers(),
      });
      if (response.status === 200) await response.arrayBuffer();
      else await expectBlame(response, await response.json());
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

describe('what the gateway says of itself', () => {
  it('The gateway serves the committed API document', async () => {
    const served = await (await fetch(`${stack.gateway.url}/openapi.json`)).text();
    expect(served).toBe(readFileSync(join(projectRoot(), 'libs/contracts/openapi.json'), 'utf8'));
    expect((JSON.parse(served) as { openapi: string }).openapi).toMatch(/^3\.1\./);
  });

  it('The API reference page loads nothing from other sites', async () => {
    const page = await fetch(`${stack.gateway.url}/docs`);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).not.toMatch(/(src|href)="https?:/);
  });

  it('The gateway serves keys that seal, terms whose digests are right, and the password rules', async () => {
    for (const key of (await stack.gateway.keys()).keys) {
      expect(key).toMatchObject({ kty: 'EC', use: 'enc', alg: 'ECDH-ES+A256KW' });
      expect(Object.keys(key)).not.toContain('d');
    }
    for (const stage of ['identity', 'issuance'])
      for (const locale of ['ko', 'en']) {
        const terms = await stack.gateway.get<{ text: string; digest: string }[]>(
          `/v1/terms?stage=${stage}&locale=${locale}`,
        );
        expect(expectSuccess(terms).length).toBeGreaterThan(0);
        for (const { text, digest } of terms.body) {
          const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
          expect(Buffer.from(bytes).toString('hex')).toBe(digest);
        }
      }
    const rules = await stack.gateway.get<{ minimumLength: number }>('/v1/password-rules');
    expect(expectSuccess(rules).minimumLength).toBe(10);
  });
});

describe.each(['gateway', 'ops', 'status', 'worker', 'signer', 'sandbox'])('the health of the %s', (app) => {
  const url = () => metricsUrlOf(app);

  it(`The ${app} reports on its metrics port that it lives, whether it is ready, and its dependencies`, async () => {
    expect(await (await fetch(`${url()}/health/live`)).json()).toEqual({ status: 'up' });
    const ready = await fetch(`${url()}/health/ready`);
    const report = (await ready.json()) as { status: string; checks: Record<string, { status: string }> };
    expect(ready.status).toBe(200);
    expect(Object.keys(report.checks)).toContain(app === 'status' ? 'issuers' : 'postgres');
    expect(Object.values(report.checks).every(({ status }) => status === 'up')).toBe(true);
  });

  it(`The ${app} serves metrics on its metrics port`, async () => {
    const metrics = await fetch(`${url()}/metrics`);
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await metrics.text()).toMatch(/^process_cpu_seconds_total(\{.*\})? \d/m);
  });
});

it.each(['gateway', 'ops', 'status', 'sandbox'])(
  'The port of the %s for callers serves no readiness and no metrics',
  async (app) => {
    const url = `http://127.0.0.1:${environmentOf(app)[`RESEAL_${app.toUpperCase()}_PORT`]}`;
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    for (const path of ['/metrics', '/health/ready'])
      expect([401, 404]).toContain((await fetch(`${url}${path}`)).status);
  },
);
