import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Req } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { createApplication, type ApplicationOptions } from './bootstrap.js';
import { clientAddress } from './client-address.js';

@Controller('address')
class AddressController {
  @Get()
  show(@Req() request: FastifyRequest) {
    return { address: clientAddress(request) };
  }
}

@Module({ controllers: [AddressController] })
class AddressModule {}

let app: NestFastifyApplication | undefined;
afterEach(() => app?.close());

async function seen(
  trustProxy: ApplicationOptions['trustProxy'],
  forwarded: string,
  remoteAddress = '10.0.0.7',
) {
  app = await createApplication({
    name: 'spec',
    module: AddressModule,
    config: { logLevel: 'silent' },
    ...(trustProxy === undefined ? {} : { trustProxy }),
  });
  await app.init();
  const answer = await app.inject({
    url: '/address',
    remoteAddress,
    headers: { 'x-forwarded-for': forwarded },
  });
  return answer.json<{ address: string }>().address;
}

describe("a client's address", () => {
  it('The client address is that of the connection if no proxy is trusted', async () => {
    expect(await seen(undefined, '203.0.113.9')).toBe('10.0.0.7');
  });

  it('The client address is the one that the last counted proxy states, for any value from the client', async () => {
    expect(await seen(1, '198.51.100.1, 203.0.113.9')).toBe('203.0.113.9');
  });

  it('The client address is the last one that is not a trusted proxy', async () => {
    expect(await seen(['10.0.0.0/8'], '198.51.100.1, 203.0.113.9, 10.0.0.8')).toBe('203.0.113.9');
  });

  it('The client address is that of the connection if a client bypasses the proxies', async () => {
    expect(await seen(['10.0.0.0/8'], '198.51.100.1', '192.0.2.4')).toBe('192.0.2.4');
  });

  it.each(['unknown', 'a.example', '203.0.113.9:4711', '<b>', '203.0.113'])(
    'The client address is that of the connection if a proxy states %j, which is not an IP address',
    async (forwarded) => {
      expect(await seen(1, forwarded)).toBe('10.0.0.7');
    },
  );
});
