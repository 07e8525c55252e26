import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';

/** The sandbox of a running stack. The test uses only the person that it creates. */
const sandbox = process.env.RESEAL_SANDBOX_URL ?? 'http://127.0.0.1:3003';
const photo = Buffer.from('ffd8ffe000104a464946ffd9', 'hex').toString('base64');

interface Person {
  name: string;
  rrn: string;
  ci: string;
  document: { type: string; issuedOn: string; number?: string };
}

async function call(method: string, path: string, body?: object) {
  const answer = await fetch(sandbox + path, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

let person: Person;
beforeAll(async () => {
  const { body } = await call('POST', '/v1/people', { count: 1, holding: 'NONE' });
  person = (body as { people: Person[] }).people[0]!;
}, 60_000);

const check = (more: object = {}) => ({
  transactionId: randomUUID(),
  attemptId: randomUUID(),
  name: person.name,
  type: person.document.type,
  rrn: person.rrn,
  issuedOn: person.document.issuedOn,
  ...(person.document.number ? { licenceNumber: person.document.number } : {}),
  photo,
  ...more,
});

describe('the document authority', () => {
  it('The document authority names the person of a genuine document and repeats its answer', async () => {
    const body = check();
    const first = await call('POST', '/v1/document/checks', body);
    expect(first).toEqual({ status: 200, body: { status: 'MATCHED', ci: person.ci } });
    expect(await call('POST', '/v1/document/checks', body)).toEqual(first);
    expect(await call('GET', `/v1/document/checks/${body.attemptId}`)).toEqual(first);
  });

  it('The document authority names the fault of a document and accepts no other document under the same attempt', async () => {
    const body = check({ issuedOn: '1999-12-31' });
    const answer = await call('POST', '/v1/document/checks', body);
    expect(answer.body).toEqual({ status: 'MISMATCHED', finding: 'ISSUE_DATE_DIFFERS' });
    expect(
      (await call('POST', '/v1/document/checks', { ...check(), attemptId: body.attemptId })).status,
    ).toBe(409);
    expect((await call('GET', `/v1/document/checks/${body.attemptId}`)).body).toEqual(answer.body);
  });

  it('The document authority takes a photo of megabytes', async () => {
    const large = Buffer.concat([
      Buffer.from('ffd8', 'hex'),
      Buffer.alloc(4_000_000),
      Buffer.from('ffd9', 'hex'),
    ]);
    const { body } = await call('POST', '/v1/document/checks', check({ photo: large.toString('base64') }));
    expect(body).toMatchObject({ status: 'MATCHED' });
  });

  it.each([{ rrn: '123' }, { type: 'PASSPORT' }, { issuedOn: '2020-02-30' }, { photo: '§' }])(
    'The document authority refuses %j as malformed',
    async (wrong) => {
      expect((await call('POST', '/v1/document/checks', check(wrong))).status).toBe(422);
    },
  );

  it('The document authority does not know an attempt that never arrived', async () => {
    expect((await call('GET', `/v1/document/checks/${randomUUID()}`)).status).toBe(404);
  });

  it('The document authority can be switched off', async () => {
    await call('PUT', '/v1/faults/document', { mode: 'down' });
    try {
      expect((await call('POST', '/v1/document/checks', check())).status).toBe(503);
    } finally {
      await call('PUT', '/v1/faults/document', { mode: 'ok' });
    }
  });
});
