import { afterAll, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Runtime } from '@temporalio/worker';
import { serveTemporalMetrics } from './runtime.js';

afterAll(() => Runtime.instance().shutdown());

it('serveTemporalMetrics gives what the runtime of this process counts, with the label of the app', async () => {
  const metrics = await serveTemporalMetrics(pino({ level: 'silent' }), 'test');
  Runtime.instance().metricMeter.createCounter('things', '', 'Things that the test counts').add(3);

  expect(await metrics()).toMatch(/^things_total\{.*app="test".*\} 3$/m);
});
