import { expect, it } from '@jest/globals';
import { benchmarks } from '../bench/benchmarks.js';
import { launcherModule } from '../support/launcher-module.js';

it('The launcher knows the benchmarks that there are', async () => {
  const launcher = await launcherModule<{ benchmarks: object }>('lib/benchmarks.mjs');
  expect(Object.keys(launcher.benchmarks)).toEqual(Object.keys(benchmarks));
});
