import { bookmarkEvents } from '../support/kafka.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl } from '../support/stack-control.js';
import { checkStorm } from '../support/storm/check-storm.js';
import { frozen, killed, providerDown, restarted, type Disturbance } from '../support/storm/disturbances.js';
import { runStorm } from '../support/storm/run-storm.js';
import { parseOptions } from './options.js';

const usage = `npm run bench -- storm [options]

Reissues while processes are killed, frozen or restarted and providers are down, in random order. Then compares every answer
to a customer with database, Temporal, Kafka, OCSP, CRLs and the audit log.

  --count N      reissues; more, until each disturbance has happened once (default 300)
  --at-once N    concurrent reissues (default 8)
  --every-ms N   time from one disturbance to the next (default 4000)
  --help         this text
`;

/** `npm run bench -- storm`: a long storm. The exit code is 1 if an answer to a customer was wrong. */
export async function run(args: readonly string[]): Promise<void> {
  const values = parseOptions(
    args,
    {
      count: { type: 'string', default: '300' },
      'at-once': { type: 'string', default: '8' },
      'every-ms': { type: 'string', default: '4000' },
      help: { type: 'boolean', default: false },
    },
    usage,
  );
  if (values.help) return console.log(usage);
  const stack = connectToStack();
  try {
    const bookmark = await bookmarkEvents(stack.addresses.kafkaBrokers);
    const control = new StackControl();
    const begun = performance.now();
    const { reissues, happened } = await runStorm(stack, {
      reissues: Number(values.count),
      atOnce: Number(values['at-once']),
      everyMs: Number(values['every-ms']),
      patienceMs: 180_000,
      disturbances: shuffled(disturbancesOf(stack, control)),
      onDisturbance: (name) => void process.stderr.write(`• ${name}\n`),
    });
    await control.restore(stack);
    const seconds = Math.round((performance.now() - begun) / 1_000);
    const findings = await checkStorm(stack, bookmark, reissues);
    console.log(`${reissues.length} reissues in ${seconds} s`);
    for (const [name, times] of Map.groupBy(happened, (each) => each))
      console.log(`  ${name}: ${times.length} times`);
    console.log(findings.length === 0 ? 'Every answer to a customer was right.' : findings.join('\n'));
    if (findings.length > 0) process.exitCode = 1;
  } finally {
    await stack.close();
  }
}

function disturbancesOf(stack: ReturnType<typeof connectToStack>, control: StackControl): Disturbance[] {
  const apps = ['gateway', 'worker', 'signer', 'status'] as const;
  return [
    ...[...apps, 'postgres' as const, 'temporal' as const, 'kafka' as const].map((each) =>
      killed(control, each),
    ),
    ...apps.flatMap((each) => [restarted(control, each), frozen(control, each, 3_000)]),
    ...(['telecom', 'telecom-2', 'one-won', 'sms', 'smtp'] as const).map((each) =>
      providerDown(stack, each, 3_000),
    ),
  ];
}

function shuffled<T>(items: readonly T[]): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(Math.floor(Math.random() * rest.length), 1)[0]!);
}
