import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { ConfigureRoute, createApplication } from '#libs/http';
import { UnsecuredJWT, SignJWT } from 'jose';
import { TestIssuer, type TokenClaims } from '../testing/issuer.js';
import { Public, Roles } from './roles.js';
import { HandlerRolesCheck, StaffGuard } from './staff.guard.js';
import { CallingStaff, type Staff } from './staff.js';
import { StaffTokens } from './staff-tokens.js';

@Controller()
class Handlers {
  @Get('operators')
  @Roles('operator')
  operators(@CallingStaff() staff: Staff) {
    return staff;
  }

  @Get('auditors')
  @Roles('auditor', 'approver')
  auditors() {
    return {};
  }

  @Get('open')
  @Public()
  open() {
    return {};
  }
}

@Controller('bodies')
@Roles('operator')
class Bodies {
  @Post()
  small(@Body() body: unknown) {
    return { body };
  }

  @Post('large')
  @ConfigureRoute({ bodyLimit: 1_000_000 })
  @Roles('auditor')
  large(@Body() body: string) {
    return { length: body.length };
  }
}

@Controller('forgotten')
class Forgotten {
  @Get()
  handle() {
    return {};
  }
}

const config = { host: '127.0.0.1', port: 0, logLevel: 'silent' };

let issuer: TestIssuer;
let app: Awaited<ReturnType<typeof createApplication>>;
beforeAll(async () => {
  issuer = await TestIssuer.start();
  app = await application(Handlers);
});
afterAll(async () => {
  await app.close();
  await issuer.close();
});

async function application(controller: new () => object, options: { issuer?: string } = {}) {
  const tokens = new StaffTokens({
    issuer: options.issuer ?? issuer.url,
    audience: 'reseal-ops',
    clientId: 'reseal-console',
    algorithms: ['ES256', 'EdDSA'],
    rolesClaim: 'roles',
    clockToleranceSeconds: 30,
  });
  @Module({
    imports: [DiscoveryModule],
    controllers: [controller],
    providers: [
      { provide: StaffTokens, useValue: tokens },
      { provide: APP_GUARD, useClass: StaffGuard },
      HandlerRolesCheck,
    ],
  })
  class TestModule {}
  const made = await createApplication({ name: 'ops', module: TestModule, config });
  await made.init();
  await made.getHttpAdapter().getInstance().ready();
  return made;
}

async function call(path: string, token?: string, at = app) {
  const { statusCode, body, headers } = await at.inject({
    method: 'GET',
    url: path,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const { type } = JSON.parse(body) as { type?: string };
  return { status: statusCode, problem: type?.split(':').at(-1), body, headers };
}

describe('a call of staff', () => {
  it('A call with a token of the issuer and a required role is allowed', async () => {
    const { status, body } = await call('/operators', await issuer.token());
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      subject: 'olivia',
      name: 'Olivia',
      roles: ['operator'],
      actor: 'staff:olivia',
      expiresAt: expect.stringMatching(/Z$/),
    });
  });

  it('A call without a token is refused with sign-in-required', async () => {
    const { status, problem, headers } = await call('/operators');
    expect([status, problem, headers['www-authenticate']]).toEqual([401, 'sign-in-required', 'Bearer']);
  });

  it('A call without a required role is refused with the list of required roles', async () => {
    const { status, problem, body } = await call('/auditors', await issuer.token());
    expect([status, problem]).toEqual([403, 'role-required']);
    expect(JSON.parse(body)).toMatchObject({ roles: ['auditor', 'approver'] });
  });

  it('A public handler needs no token', async () => {
    expect((await call('/open')).status).toBe(200);
  });

  it.each<[string, TokenClaims]>([
    ['expired', { iat: -600, exp: -31 }],
    ['not valid yet', { nbf: 120 }],
    ['issued in the future', { iat: 120 }],
    ['of another issuer', { iss: 'http://issuer.invalid' }],
    ['for another audience', { aud: 'reseal-gateway' }],
    ['without a subject', { sub: '' }],
    ['with a subject that cannot name an actor', { sub: 'olivia\nstaff:april' }],
  ])('A call is refused if its token is %s', async (_, claims) => {
    const { status, problem } = await call('/operators', await issuer.token(claims));
    expect([status, problem]).toEqual([401, 'token-refused']);
  });

  it.each<[string, TokenClaims]>([
    ['expired less than the tolerance ago', { iat: -600, exp: -10 }],
    ['issued a little ahead of our clock', { iat: 10 }],
    ['for several audiences', { aud: ['other', 'reseal-ops'] }],
  ])('A call is allowed if its token is %s', async (_, claims) => {
    expect((await call('/operators', await issuer.token(claims))).status).toBe(200);
  });

  it.each([[undefined], ['operator'], [['admin']], [[]], [{ operator: true }]])(
    'A token has no role if its roles claim is %j',
    async (roles) => {
      const { status, problem } = await call('/operators', await issuer.token({ roles }));
      expect([status, problem]).toEqual([403, 'role-required']);
    },
  );

  it('A call with an unsigned token is refused', async () => {
    const unsigned = new UnsecuredJWT({ sub: 'olivia', roles: ['operator'] })
      .setIssuer(issuer.url)
      .setAudience('reseal-ops')
      .setIssuedAt()
      .setExpirationTime('5m')
      .encode();
    expect(await call('/operators', unsigned)).toMatchObject({ status: 401, problem: 'token-refused' });
  });

  it('A call with a token of another key is refused, also under a known key id', async () => {
    const [header = ''] = (await issuer.token()).split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    for (const name of [kid, 'unknown'])
      expect(
        await call('/operators', await issuer.token({}, await TestIssuer.key(name, 'ES256'))),
      ).toMatchObject({
        status: 401,
        problem: 'token-refused',
      });
  });

  it('A call with a token signed with the public key as a shared secret is refused', async () => {
    const jwks = await (await fetch(`${issuer.url}/jwks`)).text();
    const forged = await new SignJWT({ sub: 'olivia', roles: ['operator'] })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(issuer.url)
      .setAudience('reseal-ops')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(jwks));
    expect(await call('/operators', forged)).toMatchObject({ status: 401, problem: 'token-refused' });
  });

  it('A call with a token of an algorithm that is not configured is refused, even with a key of the issuer', async () => {
    const other = await TestIssuer.key('p384', 'ES384');
    expect(await call('/operators', await issuer.token({}, other))).toMatchObject({ status: 401 });
  });
});

describe('the body of a call of staff', () => {
  const largest = JSON.stringify('x'.repeat(900_000));
  let target: typeof app;
  beforeAll(async () => {
    target = await application(Bodies);
  });
  afterAll(() => target.close());

  async function send(url: string, payload: string, token?: string) {
    const { statusCode, body } = await target.inject({
      method: 'POST',
      url,
      payload,
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    const { type, ...rest } = JSON.parse(body) as { type?: string };
    return type === undefined ? rest : { status: statusCode, problem: type.split(':').at(-1) };
  }

  it('A body is not read before the caller is authenticated and allowed', async () => {
    const notSignedIn = { status: 401, problem: 'sign-in-required' };
    for (const payload of ['{"broken', largest]) {
      expect(await send('/bodies', payload)).toEqual(notSignedIn);
      expect(await send('/bodies/large', payload)).toEqual(notSignedIn);
      expect(await send('/bodies', payload, 'none')).toEqual({ status: 401, problem: 'token-refused' });
      expect(await send('/bodies/large', payload, await issuer.token())).toEqual({
        status: 403,
        problem: 'role-required',
      });
    }
    expect(await send('/bodies', '{"broken', await issuer.token())).toEqual({
      status: 400,
      problem: 'malformed-request',
    });
  });

  it('A body may be large only if the route allows it', async () => {
    const auditor = await issuer.token({ roles: ['auditor'] });
    expect(await send('/bodies/large', largest, auditor)).toEqual({ length: 900_000 });
    expect(await send('/bodies', largest, await issuer.token())).toEqual({
      status: 413,
      problem: 'body-too-large',
    });
  });
});

describe('the issuer’s keys', () => {
  it('The issuer’s keys are fetched once, and again when a token names a new key', async () => {
    const own = await TestIssuer.start();
    const target = await application(Handlers, { issuer: own.url });
    const first = await own.token();
    for (let round = 0; round < 3; round += 1)
      expect((await call('/operators', first, target)).status).toBe(200);
    expect(own.fetched).toBe(1);
    await target.close();

    const later = await application(Handlers, { issuer: own.url });
    await own.rotate();
    expect((await call('/operators', await own.token(), later)).status).toBe(200);
    expect((await call('/operators', first, later)).status).toBe(200);
    await later.close();
    await own.close();
  });

  it('A call is answered with 503 while the issuer’s keys cannot be fetched, and succeeds afterwards', async () => {
    const own = await TestIssuer.start();
    own.up = false;
    const target = await application(Handlers, { issuer: own.url });
    const token = await own.token();
    const { status, problem, headers } = await call('/operators', token, target);
    expect([status, problem, headers['retry-after']]).toEqual([503, 'unavailable', '2']);
    own.up = true;
    expect((await call('/operators', token, target)).status).toBe(200);
    await target.close();
    await own.close();
  });
});

describe('a handler that does not say who may call it', () => {
  it('A handler without roles stops the app from booting', async () => {
    await expect(application(Forgotten)).rejects.toThrow(
      'Forgotten.handle declares no roles: add @Roles(…) or @Public()',
    );
  });
});
