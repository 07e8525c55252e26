import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideGoBinaries } from './artifacts/go-binaries.mjs';
import { provideJars } from './artifacts/maven.mjs';
import { provideDebianPackages } from './artifacts/debian-packages.mjs';
import { hasPkcs11, providePkcs11, wantsPkcs11 } from './artifacts/native-modules.mjs';
import { providePackages } from './artifacts/packages.mjs';
import { providePkilint } from './artifacts/pkilint.mjs';
import { requireJava } from './artifacts/toolchains.mjs';
import { endCommands } from './lib/commands.mjs';
import { goSets } from './lib/go-sets.mjs';
import { claimState, endLeftovers, releaseState, runningStack } from './lib/instance.mjs';
import { jarSets } from './lib/jar-sets.mjs';
import { assertPortsFree, freePortEnvironment } from './lib/ports.mjs';
import { Refusal } from './lib/refusal.mjs';
import { ProgressReport } from './lib/progress-report.mjs';
import { readSettings } from './lib/settings.mjs';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The state folders of commands that never touch what a developer has running. */
const isolatedStates = {
  test: () => process.env.RESEAL_TEST_STATE || '.reseal-test',
  bench: () => process.env.RESEAL_BENCH_STATE || '.reseal-bench',
};

/**
 * The first stage of every command: plain JavaScript without dependencies that runs on Node 18 and later. It claims
 * the state folder, fetches and builds what is not there yet, then hands over to `commands/<command>.mjs` on Node 24.
 * @param {'start' | 'demo' | 'test' | 'bench'} command
 */
export async function launch(command) {
  const report = new ProgressReport(['demo', 'bench'].includes(command) ? process.stderr : process.stdout);
  const interrupt = () => {
    endCommands();
    process.exit(130);
  };
  for (const signal of stopSignals) process.on(signal, interrupt);
  try {
    const { node, ownsState } = await prepare(command, report);
    for (const signal of stopSignals) process.off(signal, interrupt);
    await handOver(command, node, ownsState);
  } catch (error) {
    endCommands();
    report.failed(error instanceof Refusal ? error.message : (error.stack ?? error));
    process.exit(1);
  }
}

/** @returns {Promise<{node: string, ownsState: boolean}>} the Node that runs the second stage; whose the state folder is */
async function prepare(command, report) {
  if (command in isolatedStates) useEnvironmentApart(isolatedStates[command]());
  let settings = readSettings();
  if (command === 'demo' && runningStack(settings))
    return { node: await providePackages(settings, report), ownsState: false };

  const leftovers = await claimState(settings);
  process.on('exit', () => releaseState(settings));
  if (leftovers.length > 0) report.note(`Ended what an earlier run had left: ${leftovers.join(', ')}`);
  if (command in isolatedStates) {
    Object.assign(process.env, await freePortEnvironment());
    settings = readSettings();
    emptyState(settings);
  }
  await assertPortsFree(settings);

  const jars = jarSets(settings, command);
  if (jars.length > 0) await requireJava();
  const [node] = await Promise.all([
    provideNode(settings, report, command),
    ...goSets(settings, command).map((set) => provideGoBinaries(settings, report, set)),
    ...jars.map((set) => provideJars(settings, report, set)),
    command === 'test' ? providePkilint(settings, report) : undefined,
  ]);
  return { node, ownsState: true };
}

/** The npm packages and, where keys in a token are used, what belongs to them. The tests always use one. */
async function provideNode(settings, report, command) {
  // First, because npm builds pkcs11js with what is installed here.
  if (command === 'test') await provideDebianPackages(settings, report, { native: !hasPkcs11(settings) });
  const node = await providePackages(settings, report);
  if (command === 'test' || wantsPkcs11()) await providePkcs11(settings, report);
  return node;
}

/** Whose stack stands beside a development one: another state folder, other ports, nothing external. */
function useEnvironmentApart(state) {
  const { env } = process;
  env.RESEAL_STATE = state;
  env.RESEAL_ENV = 'test';
  for (const key of ['RESEAL_POSTGRES_URL', 'RESEAL_TEMPORAL_ADDRESS', 'RESEAL_KAFKA_BROKERS'])
    delete env[key];
}

/** Each run starts from nothing; what it leaves stays for inspection until the next. */
function emptyState({ state, run }) {
  for (const name of fs.readdirSync(state)) {
    const entry = path.join(state, name);
    if (entry !== run) fs.rmSync(entry, { recursive: true, force: true });
  }
}

async function handOver(command, node, ownsState) {
  const script = fileURLToPath(new URL(`commands/${command}.mjs`, import.meta.url));
  // kafkajs 2.2 computes timeouts in the past; Node 24 warns of each process's first.
  const args = ['--disable-warning=TimeoutNegativeWarning', script, ...process.argv.slice(2)];
  // In its own process group, so that a Ctrl-C in the terminal reaches it once, through us. The channel tells it when
  // we are gone.
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], detached: true });
  for (const signal of stopSignals) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...how) => resolve(how));
  });
  if (ownsState) await endLeftovers(readSettings()); // there are some only if it died before it could clean up
  process.exit(signal ? 1 : code);
}
