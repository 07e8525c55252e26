import { Refusal } from '../lib/errors.mjs';
import { readOptions } from '../lib/options.mjs';

/** @import { Plan } from '../types.js' */

/** npm scripts. Each counts as one check. */
const checkNames = ['lint', 'types', 'architecture'];

/**
 * Jest's projects in their order. Those on a stack share it, and run one file after the other unless each file has its own database.
 * @type {Record<string, 'stack' | 'cluster' | 'engines' | 'node' | undefined>}
 */
const testGroups = {
  unit: undefined,
  replay: undefined,
  contract: undefined,
  chart: undefined,
  admission: undefined,
  workflow: 'stack',
  integration: 'stack',
  e2e: 'stack',
  browser: 'stack',
  faults: 'stack',
  versions: 'stack',
  canary: 'stack',
  image: 'stack',
  cluster: 'cluster',
  compose: 'engines',
  kubernetes: 'node',
};
/** Groups that run only if they are named: they take long, or what they need takes long to build. */
const namedOnly = ['admission', 'image', 'versions', 'compose', 'kubernetes'];

/**
 * Reads `[--only e2e,faults] [--logs] [--tls] [-- <arguments for Jest>]`.
 * @param {string[]} argv
 * @returns {Plan}
 * @throws {Refusal} if a group or an option is unknown
 */
export function readPlan(argv) {
  const { values, positionals } = readOptions('test', argv);
  const all = [...checkNames, ...Object.keys(testGroups)];
  const wanted = values.only?.toString().split(',') ?? all.filter((name) => !namedOnly.includes(name));
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Refusal(`--only accepts ${all.join(', ')}; not ${unknown.join(', ')}.`);
  /** @param {'stack' | 'cluster' | 'engines' | 'node' | undefined} place */
  const groupsOn = (place) =>
    Object.keys(testGroups).filter((name) => testGroups[name] === place && wanted.includes(name));
  return {
    checks: checkNames.filter((name) => wanted.includes(name)),
    offStack: groupsOn(undefined),
    onStack: groupsOn('stack'),
    onCluster: groupsOn('cluster'),
    besideEngines: groupsOn('engines'),
    onNode: groupsOn('node'),
    jestArgs: positionals,
  };
}
