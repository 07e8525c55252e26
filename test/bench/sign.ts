import { loadavg } from 'node:os';
import { inTurns, type Case } from './measure.js';
import { setting } from './setting.js';
import { cfsslCase } from './sign/cfssl.js';
import { cycleCases } from './sign/cycle.js';
import { caseNames, readOptions, usage, type CaseName } from './sign/options.js';
import { stepCaCase } from './sign/step-ca.js';
import { stepCases } from './sign/steps.js';
import { table } from './sign/table.js';
import { rivals } from './sign/versions.js';
import { openWorkshop } from './sign/workshop.js';

/** `npm run bench -- sign`: how fast certificates are signed. */
export async function run(args: readonly string[]): Promise<void> {
  const { only, rounds, json, help } = readOptions(args);
  if (help) return console.log(usage);
  const before = setting();
  const wants = (...names: CaseName[]) => names.some((name) => only.includes(name));
  const workshop = await openWorkshop();
  const cases: Case[] = await stepCases(workshop);
  const cycle = wants('cycle-1', 'cycle-16') ? await cycleCases(workshop) : undefined;
  try {
    cases.push(...(cycle?.cases ?? []));
    if (wants('step-ca')) cases.push(await stepCaCase(workshop));
    if (wants('cfssl')) cases.push(await cfsslCase(workshop));
    const wanted = caseNames.flatMap((name) => (wants(name) ? cases.filter((one) => one.name === name) : []));
    const measured = await inTurns(wanted, rounds, (round) =>
      process.stderr.write(round < 1 ? '• getting warm\n' : `• round ${round} of ${rounds}\n`),
    );
    const after = loadavg()[0]!;
    const { cpu, cores, node, openssl, load } = before;
    const versions = [`Node ${node}`, `OpenSSL ${openssl}`, ...(cycle ? [cycle.server] : []), ...rivals()];
    console.log(`${cpu}, ${cores} cores; ${versions.join(', ')}`);
    console.log(
      `load ${load.toFixed(1)} before, ${after.toFixed(1)} after; medians of ${rounds} rounds, cases in turns\n`,
    );
    console.log(table(measured));
    if (json)
      console.log(JSON.stringify({ setting: { ...before, loadAfter: after, versions, rounds }, measured }));
  } finally {
    await cycle?.close();
  }
}
