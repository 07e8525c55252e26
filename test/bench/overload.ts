import { connectToStack, type RunningStack } from '../support/running-stack.js';
import { inParallel } from './measure.js';
import { MemoryWatch } from './overload/memory.js';
import { Responses, timesOf } from './overload/responses.js';
import { sustainedRate, surge, visit, type Surge } from './overload/surge.js';
import { parseOptions } from './options.js';
import { progress } from './progress.js';
import { loadSince, setting } from './setting.js';

const usage = `npm run bench -- overload [options]

Measures how many reissues a second the stack completes, then lets customers arrive three times as fast. Checks that the stack
stays useful, and exits with 1 if it does not: completed reissues stay near the peak, refusals have Retry-After and come early,
no step takes longer than a call waits, nothing parks, memory is bounded, and every reissue that was accepted completes.

  --count N    customers who arrive (default 400)
  --times N    their rate, as a multiple of the measured one (default 3)
  --help       this text
`;

/** Concurrent reissues at which the capacity is measured, their number, and those before, while code gets compiled. */
const capacityRun = { concurrency: 16, count: 64, warmUp: 32, patienceMs: 300_000 };
/** RESEAL_CALL_TIMEOUT_MS, and what may come on top: one look at the workflow, and transport on a busy machine. */
const longestCallMs = 10_000 + 2_000;
/** Of the peak. */
const leastShare = 0.9;
/** Of the gateway, in MiB. */
const mostGrowth = 256;

/** `npm run bench -- overload`: what happens with more customers than the stack can serve. */
export async function run(args: readonly string[]): Promise<void> {
  const values = parseOptions(
    args,
    {
      count: { type: 'string', default: '400' },
      times: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false },
    },
    usage,
  );
  if (values.help) return console.log(usage);
  const before = setting();
  const stack = connectToStack();
  try {
    const capacity = await measureCapacity(stack);
    progress(`capacity: ${capacity.toFixed(1)} reissues a second`);
    const people = await stack.sandbox.makePeople(Number(values.count), 'EXPIRED');
    const [responses, memory, since] = [new Responses(), await MemoryWatch.start(), new Date()];
    const result = await surge(stack, people, capacity * Number(values.times), responses);
    memory.stop();
    const parked = await parkedSince(stack, since);

    console.log(
      `${before.at.slice(0, 10)}, ${before.cpu}, ${before.cores} cores; the whole stack and the load generator on it;` +
        ` ${loadSince(before)}`,
    );
    console.log(summary(result, capacity, responses, memory));
    const broken = brokenPromises(result, capacity, responses, memory, parked);
    console.log(
      broken.length === 0 ? 'Every promise was kept.' : broken.map((each) => `BROKEN: ${each}`).join('\n'),
    );
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    await stack.close();
  }
}

async function measureCapacity(stack: RunningStack): Promise<number> {
  const { concurrency, count, warmUp, patienceMs } = capacityRun;
  const responses = new Responses();
  const rateOf = async (number: number) => {
    const people = await stack.sandbox.makePeople(number, 'EXPIRED');
    const { seconds } = await inParallel(concurrency, people, async (person) => {
      const visited = await visit(stack, person, responses, patienceMs);
      if (visited.ended !== 'registered') throw new Error(`a reissue without other load: ${visited.message}`);
    });
    return number / seconds;
  };
  await rateOf(warmUp);
  return rateOf(count);
}

/** Reissues that parked, also if they continued later. */
async function parkedSince({ db }: RunningStack, since: Date): Promise<number> {
  const parked = db.selectFrom('reissue').select('reissue_id').where('park_sequence', '>', 0);
  return (await parked.where('created_at', '>=', since).execute()).length;
}

function summary(result: Surge, capacity: number, responses: Responses, memory: MemoryWatch): string {
  const { visits, began, ended } = result;
  const count = (kind: string) => visits.filter((each) => each.ended === kind).length;
  const accepted = (kind: 'start' | 'step') => responses.of(kind).filter(({ status }) => status < 300);
  return [
    `customers: ${visits.length}; registered ${count('registered')}, refused until they left ${count('refused')}, failed ${count('failed')}; ${Math.round((ended - began) / 1000)} s`,
    `registered a second: ${capacity.toFixed(2)} at ${capacityRun.concurrency} at once, ${sustainedRate(result).toFixed(2)} in the surge`,
    `refusals: ${responses.refusals.length}, ${timesOf(responses.refusals)}`,
    `accepted starts: ${accepted('start').length}, ${timesOf(accepted('start'))}`,
    `accepted steps: ${accepted('step').length}, ${timesOf(accepted('step'))}`,
    `reads: ${timesOf(responses.of('read'))}`,
    `memory in MiB, before and at most: ${memory.lines().join(', ')}`,
  ].join('\n');
}

function brokenPromises(
  result: Surge,
  capacity: number,
  responses: Responses,
  { before, highest }: MemoryWatch,
  parked: number,
): string[] {
  const rate = sustainedRate(result);
  const failed = result.visits.flatMap((each) => (each.ended === 'failed' ? [each] : []));
  const late = [...responses.of('start'), ...responses.of('step')].filter(
    ({ status, ms }) => ms > longestCallMs && status !== 202,
  );
  const refusals = responses.refusals;
  const promises: readonly (readonly [boolean, string])[] = [
    [rate >= leastShare * capacity, `${rate.toFixed(2)} reissues a second, of ${capacity.toFixed(2)}`],
    [refusals.length > 0, 'the load was not too much: nothing was refused'],
    [refusals.every(({ retryAfter }) => Number(retryAfter) > 0), 'a refusal without Retry-After'],
    [refusals.every(({ ms }) => ms < longestCallMs / 2), `refusals came late: ${timesOf(refusals)}`],
    [responses.of('read').every(({ status }) => status < 400), 'a read was refused'],
    [late.length === 0, `${late.length} calls took longer than a call waits: ${timesOf(late)}`],
    [parked === 0, `${parked} reissues parked`],
    [highest.gateway - before.gateway < mostGrowth, `the gateway grew to ${highest.gateway} MiB`],
    [
      failed.length === 0,
      `${failed.length} accepted reissues failed, such as: ${failed[0]?.step} ${failed[0]?.message}`,
    ],
  ];
  return promises.flatMap(([kept, text]) => (kept ? [] : [text]));
}
