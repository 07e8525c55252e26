import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { StaffIssuer } from './issuer.js';
import { staffNamed } from './sample-staff.js';

const consoleUrl = 'http://127.0.0.1:39999';
const verifier = 'v'.repeat(43);
const cookies = new Map<string, string>();
let server: Server;
let url: string;
let issuer: StaffIssuer;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (!issuer.takes(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  issuer = await StaffIssuer.create({ issuer: `${url}/oidc`, consoleUrl });
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

/** Calls the issuer as a browser does, with its cookies. */
async function visit(address: string, init: RequestInit = {}): Promise<Response> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(new URL(address, url), { redirect: 'manual', headers: { cookie }, ...init });
  for (const line of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    cookies.set(name, value);
  }
  return answer;
}
const locationOf = (answer: Response) => answer.headers.get('location') ?? '';

/** Signs in and returns the redirect to the console. */
async function signIn(parameters: Record<string, string>, choose?: string): Promise<URL> {
  const query = new URLSearchParams({
    ...{ client_id: 'reseal-console', response_type: 'code', scope: 'openid', state: 's' },
    ...{ redirect_uri: `${consoleUrl}/callback`, code_challenge_method: 'S256' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    ...parameters,
  });
  let answer = await visit(`/oidc/auth?${query.toString()}`);
  if (choose !== undefined) {
    const chosen = await visit(`${locationOf(answer)}/${choose}`, {
      method: 'POST',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    answer = await visit(locationOf(chosen));
  }
  return new URL(locationOf(answer));
}

async function idTokenOf(back: URL): Promise<string> {
  const answer = await fetch(`${url}/oidc/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', client_id: 'reseal-console', code_verifier: verifier },
      ...{ redirect_uri: `${consoleUrl}/callback`, code: back.searchParams.get('code') ?? '' },
    }),
  });
  return ((await answer.json()) as { id_token: string }).id_token;
}

it('The issuer signs nonce and roles of the signed-in person without a second prompt', async () => {
  await signIn({}, 'april');
  const idToken = await idTokenOf(await signIn({ prompt: 'none', nonce: 'approve.0a' }));
  const keys = createRemoteJWKSet(new URL(`${url}/oidc/jwks`));
  const { payload } = await jwtVerify(idToken, keys, { issuer: `${url}/oidc`, audience: 'reseal-console' });
  expect(payload).toMatchObject({ sub: 'april', roles: ['approver'], nonce: 'approve.0a' });
  expect(payload).not.toHaveProperty('name');
  const { idToken: byProgram } = await issuer.proofFor(staffNamed('april')!, 'approve.0a');
  await jwtVerify(byProgram, keys, { issuer: `${url}/oidc`, audience: 'reseal-console' });
  const { sub, roles, nonce } = decodeJwt(byProgram);
  expect({ sub, roles, nonce }).toEqual({ sub: 'april', roles: ['approver'], nonce: 'approve.0a' });
});
