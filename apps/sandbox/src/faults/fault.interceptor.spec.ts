import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApplication } from '#libs/http';
import type { SandboxDatabase } from '../database.js';
import { ActsAs, FaultInterceptor } from './fault.interceptor.js';
import { Faults } from './faults.js';
import type { Fault } from './faults.js';

let work = 0;

@ActsAs('sms')
@Controller('provider')
class ProviderController {
  @Post()
  @HttpCode(200)
  async work() {
    work += 1;
    return { status: 'ACCEPTED' };
  }

  @Get()
  ask() {
    return { work };
  }
}

@Controller('other')
class OtherController {
  @Post()
  @HttpCode(200)
  work() {
    return {};
  }
}

class TestModule {
  static with(faults: Faults): DynamicModule {
    return {
      module: TestModule,
      controllers: [ProviderController, OtherController],
      providers: [
        { provide: Faults, useValue: faults },
        { provide: APP_INTERCEPTOR, useClass: FaultInterceptor },
      ],
    };
  }
}

class FixedFaults extends Faults {
  fault: Fault = { mode: 'ok', ms: 0 };
  constructor() {
    super(undefined as unknown as SandboxDatabase);
  }
  override async onModuleInit() {}
  override of(): Fault {
    return this.fault;
  }
}

describe('faults of an HTTP provider', () => {
  const faults = new FixedFaults();
  let app: NestFastifyApplication;
  let url: string;

  beforeEach(async () => {
    work = 0;
    faults.fault = { mode: 'ok', ms: 0 };
    app = await createApplication({
      name: 'faults-spec',
      module: TestModule.with(faults),
      config: { logLevel: 'silent' },
    });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterEach(() => app.close());

  const post = (path = 'provider') => fetch(`${url}/${path}`, { method: 'POST' });

  it('A provider without a fault answers as usual', async () => {
    expect((await post()).status).toBe(200);
    expect(work).toBe(1);
  });

  it('down: the provider answers a 503 problem, also to a GET, and does nothing', async () => {
    faults.fault = { mode: 'down', ms: 0 };
    const answer = await post();
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(work).toBe(0);
    expect((await fetch(`${url}/provider`)).status).toBe(503);
  });

  it('slow: the provider answers after the configured time', async () => {
    faults.fault = { mode: 'slow', ms: 150 };
    const started = performance.now();
    expect((await post()).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(145);
  });

  it('late: the provider does the work at once, answers after the configured time, and answers a GET meanwhile', async () => {
    faults.fault = { mode: 'late', ms: 150 };
    const started = performance.now();
    const answer = post();
    while (faults.waitingCalls('sms') === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await (await fetch(`${url}/provider`)).json()).toEqual({ work: 1 });
    expect((await answer).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(145);
    expect(faults.waitingCalls('sms')).toBe(0);
  });

  it('twice: the provider does the work twice and answers once', async () => {
    faults.fault = { mode: 'twice', ms: 0 };
    expect(await (await post()).json()).toEqual({ status: 'ACCEPTED' });
    expect(work).toBe(2);
  });

  it('lost: the provider does the work and drops the connection, but answers a GET', async () => {
    faults.fault = { mode: 'lost', ms: 0 };
    await expect(post()).rejects.toThrow('fetch failed');
    expect(await (await fetch(`${url}/provider`)).json()).toEqual({ work: 1 });
  });

  it('The fault of one provider does not apply to another', async () => {
    faults.fault = { mode: 'down', ms: 0 };
    expect((await post('other')).status).toBe(200);
  });
});
