import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const sources = globSync('{apps,libs,activities}/**/*.ts', { exclude: ['**/*.spec.ts'] }).map((file) => ({
  file,
  source: readFileSync(file, 'utf8'),
}));
const constructor = /new (?:Gauge|Counter|Histogram|Summary)\b/g;
/** A metric's name is the first member of its configuration: a literal, or a parameter `name`. */
const named = /new (?:Gauge|Counter|Histogram|Summary)\b[^(]*\(\{\s*name(?:: '(\w+)')?,/g;

it('every metric that our code creates has a name that starts with reseal_', () => {
  const withMetrics = sources.filter(({ source }) => source.match(constructor));
  expect(withMetrics.length).toBeGreaterThan(5);
  for (const { file, source } of withMetrics) {
    const names = [...source.matchAll(named)].map(([, name]) => name);
    expect([file, names.length]).toEqual([file, source.match(constructor)!.length]);
    for (const name of names)
      if (name === undefined)
        expect([file, source.includes('name: `reseal_${string}`')]).toEqual([file, true]);
      else expect([file, name]).toEqual([file, expect.stringMatching(/^reseal_[a-z_]+$/)]);
  }
});
