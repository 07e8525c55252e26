import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from '../../support/app-environment.js';
import { ProcessProfiler, type CpuProfile } from '../inspector/cpu-profile.js';
import { hottest } from '../inspector/hottest.js';
import { restartWithInspector } from '../inspector/inspector.js';
import { makeAll } from './make-all.js';
import type { Path } from './paths.js';
import { markdownTable } from './table.js';

const profiled = ['worker', 'gateway', 'signer'] as const;
const atOnce = 8;
const warmUp = 32;
const shown = 25;

/**
 * Restarts gateway, worker and signer with an inspector, makes reissues, and writes a CPU profile of each thread to the state
 * folder.
 *
 * @returns tables of the hottest functions
 */
export async function profileReissues(path: Path, count: number): Promise<string> {
  const ports = await restartWithInspector(profiled);
  await makeAll(await path.prepare(warmUp), atOnce);
  const profilers = await Promise.all(profiled.map((app) => ProcessProfiler.connect(ports[app])));
  const makers = await path.prepare(count);
  await Promise.all(profilers.map((profiler) => profiler.start()));
  const { made } = await makeAll(makers, atOnce);
  const stopped = await Promise.all(profilers.map((profiler) => profiler.stop()));
  return profiled
    .flatMap((app, index) =>
      [...stopped[index]!].map(([thread, profile]) => tableOf(app, thread, profile, made.length)),
    )
    .join('\n\n');
}

function tableOf(app: string, thread: string, profile: CpuProfile, count: number): string {
  const folder = join(stateFolder(), 'profiles');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${app}-${thread}.cpuprofile`);
  writeFileSync(file, JSON.stringify(profile));
  const { functions, totalMs } = hottest(profile, shown);
  const head = [`${app}, ${thread}: ${(totalMs / count).toFixed(1)} ms a reissue`, 'ms', '%', 'place'];
  const rows = functions.map(({ name, place, ms }) => [
    name,
    (ms / count).toFixed(2),
    ((100 * ms) / totalMs).toFixed(1),
    place,
  ]);
  return `${file}\n\n${markdownTable(head, rows)}`;
}
