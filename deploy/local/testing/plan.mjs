import { Refusal } from '../lib/errors.mjs';
import { readOptions } from '../lib/options.mjs';

/** npm scripts. Each counts as one check. */
const checkNames = ['lint', 'types', 'architecture'];

/**
 * Jest's projects in their order. Those on the stack share it and run one file after the other.
 * @type {Record<string, {onStack: boolean}>}
 */
const testGroups = {
  unit: { onStack: false },
  replay: { onStack: false },
  contract: { onStack: false },
  chart: { onStack: false },
  workflow: { onStack: true },
  integration: { onStack: true },
  e2e: { onStack: true },
  browser: { onStack: true },
  faults: { onStack: true },
  versions: { onStack: true },
  canary: { onStack: true },
  image: { onStack: true },
};
/** Groups that run only if they are named: what they need takes long to build, as the API server of Kubernetes. */
const namedOnly = ['chart', 'image', 'versions'];

/**
 * Reads `[--only e2e,faults] [--logs] [--tls] [-- <arguments for Jest>]`.
 * @param {string[]} argv
 * @returns {{checks: string[], offStack: string[], onStack: string[], jestArgs: string[]}}
 * @throws {Refusal} if a group or an option is unknown
 */
export function readPlan(argv) {
  const { values, positionals } = readOptions('test', argv);
  const all = [...checkNames, ...Object.keys(testGroups)];
  const wanted = values.only?.toString().split(',') ?? all.filter((name) => !namedOnly.includes(name));
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Refusal(`--only accepts ${all.join(', ')}; not ${unknown.join(', ')}.`);
  const groups = Object.keys(testGroups).filter((name) => wanted.includes(name));
  return {
    checks: checkNames.filter((name) => wanted.includes(name)),
    offStack: groups.filter((name) => !testGroups[name].onStack),
    onStack: groups.filter((name) => testGroups[name].onStack),
    jestArgs: positionals,
  };
}
