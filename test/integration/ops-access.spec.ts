import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { staffRoles, type StaffRole } from '#libs/domain';
import { openApiPath } from '#libs/http';
import type { TokenClaims } from '../../apps/ops/src/testing/issuer.js';
import { OpsWorld } from '../world/ops-world.js';

interface Operation {
  readonly operationId: string;
  readonly 'x-roles'?: readonly StaffRole[];
  /** Requires no sign-in. */
  readonly 'x-public'?: boolean;
  readonly requestBody?: unknown;
}
interface Call {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly roles: readonly StaffRole[];
}

const { paths } = JSON.parse(readFileSync(openApiPath('openapi-ops'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};

/**
 * Every call of the document that requires a sign-in. The ids in the paths are fictional, so that a permitted call
 * finds nothing.
 */
const calls: Call[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, operation]) => !operation['x-public'])
    .map(([method, operation]) => ({
      name: `${operation.operationId}: ${method.toUpperCase()} ${path}`,
      method: method.toUpperCase() as Call['method'],
      path: path.replace(/\{(\w+)\}/g, (_, name: string) => madeUp(path, name)),
      roles: operation['x-roles'] ?? [],
    })),
);

function madeUp(path: string, name: string): string {
  if (name === 'serial') return 'abcdef';
  return path.includes('/operations/') ? `op_${'0'.repeat(32)}` : `ri_${'0'.repeat(32)}`;
}

/** All sets of roles that a person can have. */
const everyRoles: StaffRole[][] = staffRoles.reduce<StaffRole[][]>(
  (sets, role) => [...sets, ...sets.map((set) => [...set, role])],
  [[]],
);

let world: OpsWorld;
beforeAll(async () => {
  world = await OpsWorld.create();
});
afterAll(() => world.close());

/** The result of a call, as far as it depends on the caller. Streams have no end, so only their head is read. */
async function resultOf({ method, path }: Call, as: TokenClaims | undefined) {
  const gone = new AbortController();
  const token = as && (await world.issuer.token(as));
  const answer = await fetch(world.url + path, {
    method,
    signal: gone.signal,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(method === 'GET'
        ? {}
        : { 'content-type': 'application/json', 'idempotency-key': 'made-up-by-the-matrix' }),
    },
    ...(method === 'GET' ? {} : { body: '{}' }),
  });
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream');
  const text = isStream ? '' : await answer.text();
  gone.abort();
  const [, problem] = /"type":"urn:reseal:problem:([\w-]+)"/.exec(text) ?? [];
  return { status: answer.status, problem };
}

/** The calls that the console needs before a sign-in, and no others. */
const openToAll = Object.values(paths)
  .flatMap((methods) => Object.values(methods))
  .filter((operation) => operation['x-public'])
  .map(({ operationId }) => operationId);

describe('every call of the operators’ API', () => {
  it('Every call of the operators’ API names the roles that may make it', () => {
    expect(calls.filter(({ roles }) => roles.length === 0)).toEqual([]);
    expect(openToAll).toEqual(['consoleConfig']);
    expect(calls.length).toBeGreaterThan(5);
  });

  it.each(calls)('$name is refused without a sign-in', async (call) => {
    expect(await resultOf(call, undefined)).toEqual({ status: 401, problem: 'sign-in-required' });
  });

  it.each(calls)('$name admits the roles that it names and no others', async (call) => {
    for (const roles of everyRoles) {
      const { status, problem } = await resultOf(call, { sub: 'sam', roles });
      const may = roles.some((role) => call.roles.includes(role));
      if (may) expect([roles, problem]).not.toEqual([roles, 'role-required']);
      if (may) expect([401, 500, 503]).not.toContain(status);
      else expect([roles, status, problem]).toEqual([roles, 403, 'role-required']);
    }
  });

  it.each(calls)('$name refuses a token for another audience', async (call) => {
    const roles = [...staffRoles];
    for (const claims of [
      { exp: -120 },
      { iss: 'http://127.0.0.1:1' },
      { aud: 'reseal-gateway' },
      { nbf: 300 },
    ] satisfies TokenClaims[])
      expect(await resultOf(call, { sub: 'sam', roles, ...claims })).toEqual({
        status: 401,
        problem: 'token-refused',
      });
  });
});
