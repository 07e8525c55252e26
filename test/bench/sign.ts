import { loadavg } from 'node:os';
import { interleaved, type Case } from './measure.js';
import { setting } from './setting.js';
import { cfsslCase } from './sign/cfssl.js';
import { cycleCases } from './sign/cycle.js';
import { caseNames, readOptions, usage, type CaseName } from './sign/options.js';
import { stepCaCase } from './sign/step-ca.js';
import { stepCases } from './sign/steps.js';
import { table } from './sign/table.js';
import { rivalVersions } from './sign/versions.js';
import { openBenchAuthority } from './sign/bench-authority.js';

/** `npm run bench -- sign`: how fast certificates are signed. */
export async function run(args: readonly string[]): Promise<void> {
  const { only, rounds, json, help } = readOptions(args);
  if (help) return console.log(usage);
  const before = setting();
  const wants = (...names: CaseName[]) => names.some((name) => only.includes(name));
  const ca = await openBenchAuthority();
  const cases: Case[] = await stepCases(ca);
  const cycle = wants('cycle-1', 'cycle-16') ? await cycleCases(ca) : undefined;
  try {
    cases.push(...(cycle?.cases ?? []));
    if (wants('step-ca')) cases.push(await stepCaCase(ca));
    if (wants('cfssl')) cases.push(await cfsslCase(ca));
    const wanted = caseNames.flatMap((name) => (wants(name) ? cases.filter((one) => one.name === name) : []));
    const measured = await interleaved(wanted, rounds, (round) =>
      process.stderr.write(round < 1 ? '• warm-up\n' : `• round ${round} of ${rounds}\n`),
    );
    const after = loadavg()[0]!;
    const { cpu, cores, node, openssl, load } = before;
    const versions = [
      `Node ${node}`,
      `OpenSSL ${openssl}`,
      ...(cycle ? [cycle.server] : []),
      ...rivalVersions(),
    ];
    console.log(`${cpu}, ${cores} cores; ${versions.join(', ')}`);
    console.log(
      `load ${load.toFixed(1)} before, ${after.toFixed(1)} after; medians of ${rounds} alternating rounds\n`,
    );
    console.log(table(measured));
    if (json)
      console.log(JSON.stringify({ setting: { ...before, loadAfter: after, versions, rounds }, measured }));
  } finally {
    await cycle?.close();
  }
}
