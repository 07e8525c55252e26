import { Controller, Get, Module } from '@nestjs/common';
import { expect, it } from '@jest/globals';
import { createLogger } from '#libs/observability';
import { createApplication } from './bootstrap.js';
import { HealthRegistry } from './health.js';
import { listenForMetrics } from './metrics-listener.js';

@Controller('v1/things')
class ThingsController {
  @Get()
  list() {
    return [];
  }
}
@Module({ controllers: [ThingsController] })
class ThingsModule {}

it('A closed gate answers work with 503 and shows its reason in readiness, but not in liveness and metrics', async () => {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const config = { host: '127.0.0.1', port: 0, logLevel: 'silent' };
  const app = await createApplication({ name: 'test', module: ThingsModule, config, logger });
  await app.init();
  let open = true;
  app.get(HealthRegistry).registerGate('clock', () => {
    if (!open) throw new Error('the clock is wrong');
  });
  expect((await app.inject('/v1/things')).statusCode).toBe(200);

  open = false;
  const refused = await app.inject('/v1/things');
  expect(refused.statusCode).toBe(503);
  expect(refused.headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '5' });
  expect(refused.json()).toMatchObject({ type: 'urn:reseal:problem:unavailable' });
  expect((await app.inject('/health/live')).statusCode).toBe(200);
  const metrics = await listenForMetrics(app, { metricsHost: '127.0.0.1', metricsPort: 0 });
  const ready = await metrics.inject('/health/ready');
  expect(ready.statusCode).toBe(503);
  expect(ready.json()).toMatchObject({ checks: { clock: { status: 'down', reason: 'the clock is wrong' } } });
  expect((await metrics.inject('/metrics')).statusCode).toBe(200);
  await metrics.close();

  open = true;
  expect((await app.inject('/v1/things')).statusCode).toBe(200);
  await app.close();
});
