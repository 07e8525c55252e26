import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from '../../support/app-environment.js';
import { ProcessProfiler, type CpuProfile } from '../inspector/cpu-profile.js';
import { hottest } from '../inspector/hottest.js';
import { restartWithInspector } from '../inspector/inspector.js';
import { makeAll } from './make-all.js';
import type { Path } from './paths.js';
import { listedBetween, StatementCounter, type ListedStatement } from './statements.js';
import { markdownTable } from './table.js';

const profiled = ['worker', 'gateway', 'signer'] as const;
const atOnce = 8;
const warmUp = 32;
const shown = 25;
const shownStatements = 80;

/**
 * Restarts gateway, worker and signer with an inspector, makes reissues, and writes a CPU profile of each thread to the state
 * folder.
 *
 * @returns tables of the hottest functions, and of the most frequent SQL statements
 */
export async function profileReissues(path: Path, count: number): Promise<string> {
  const ports = await restartWithInspector(profiled);
  await makeAll(await path.prepare(warmUp), atOnce);
  const profilers = await Promise.all(profiled.map((app) => ProcessProfiler.connect(ports[app])));
  const statements = await StatementCounter.open();
  const makers = await path.prepare(count);
  const before = await statements.list();
  await Promise.all(profilers.map((profiler) => profiler.start()));
  const { made } = await makeAll(makers, atOnce);
  const listed = listedBetween(before, await statements.list());
  await statements.close();
  const stopped = await Promise.all(profilers.map((profiler) => profiler.stop()));
  const functions = profiled.flatMap((app, index) =>
    [...stopped[index]!].map(([thread, profile]) => tableOf(app, thread, profile, made.length)),
  );
  return [...functions, tableOfStatements(listed, made.length)].join('\n\n');
}

function tableOfStatements(listed: readonly ListedStatement[], count: number): string {
  const rows = listed
    .slice(0, shownStatements)
    .map(({ role, query, calls, ms }) => [
      role,
      (calls / count).toFixed(2),
      (ms / count).toFixed(2),
      query.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 200),
    ]);
  return markdownTable(['role', 'calls of a reissue', 'ms', 'statement'], rows);
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
