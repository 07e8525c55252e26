import { projectRoot } from '#libs/config';
import type { CpuProfile } from './cpu-profile.js';

/** A function with the time it has used itself, without the functions that it calls. */
export interface HotFunction {
  readonly name: string;
  /** File and line, relative to the repository; a package's file without the path of the package's folder. */
  readonly place: string;
  readonly ms: number;
}

const idle = ['(idle)', '(program)'];

/** The functions with the most time of their own, and the time of all. */
export function hottest(profile: CpuProfile, count: number): { functions: HotFunction[]; totalMs: number } {
  const byNode = new Map<number, number>();
  profile.samples.forEach((node, index) =>
    byNode.set(node, (byNode.get(node) ?? 0) + profile.timeDeltas[index]!),
  );
  const byFunction = new Map<string, HotFunction>();
  for (const { id, callFrame } of profile.nodes) {
    const name = callFrame.functionName || '(anonymous)';
    if (idle.includes(name)) continue;
    const place = callFrame.url ? `${shortened(callFrame.url)}:${callFrame.lineNumber + 1}` : '';
    const key = `${name} ${place}`;
    const ms = (byFunction.get(key)?.ms ?? 0) + (byNode.get(id) ?? 0) / 1000;
    byFunction.set(key, { name, place, ms });
  }
  const sorted = [...byFunction.values()].sort((a, b) => b.ms - a.ms);
  return { functions: sorted.slice(0, count), totalMs: sorted.reduce((sum, { ms }) => sum + ms, 0) };
}

const shortened = (url: string) =>
  url
    .replace('file://', '')
    .replace(/^.*\/node_modules\//, '')
    .replace(`${projectRoot()}/`, '');
