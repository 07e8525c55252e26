import type { CompletedReissue, Step } from './reissue-once.js';
import { StepFailure } from './reissue-once.js';
import type { Figures } from './figures.js';
import { percentile } from './statistics.js';

const row = (name: string, state: string, ...numbers: string[]) =>
  `  ${name.padEnd(22)}${state.padEnd(20)}${numbers.map((number) => number.padStart(9)).join('')}`;
const ms = (value: number | null) => (value === null ? '–' : value.toFixed(1));

/** Prints the demo's output on the terminal. */
export const print = {
  line: (text = '') => console.log(text),

  header: () => console.log(row('step', 'state', 'ms')),
  step: ({ name, state, ms: took }: Step) => console.log(row(name, state ?? '–', ms(took))),
  total: (took: number) => console.log(row('', 'total', ms(took))),

  certificate({ reissue }: CompletedReissue): void {
    const { serial, subject, notBefore, notAfter } = reissue.certificate!;
    console.log(`  Reissue      ${reissue.id}`);
    console.log(`  Certificate  ${serial} (${reissue.basis})`);
    console.log(`               ${subject}`);
    console.log(`               valid from ${notBefore} to ${notAfter}`);
  },

  /** The times of each step of many reissues. */
  steps(completed: readonly CompletedReissue[]): void {
    console.log(row('step', 'state', 'p50 ms', 'p99 ms'));
    for (const { name, state } of completed[0]?.steps ?? []) {
      const times = completed
        .flatMap(({ steps }) => steps.filter((step) => step.name === name))
        .map((step) => step.ms);
      console.log(row(name, state ?? '–', ms(percentile(times, 50)), ms(percentile(times, 99))));
    }
    const totals = completed.map((one) => one.ms);
    console.log(row('', 'total', ms(percentile(totals, 50)), ms(percentile(totals, 99))));
  },

  progress: (done: number, all: number) =>
    console.log(`  ${String(done).padStart(String(all).length)} of ${all}`),

  figures({ reissues, registered, failed, events, historyEvents, perSecond }: Figures): void {
    if (perSecond !== undefined)
      console.log(`  ${registered} of ${reissues} registered, ${failed} failed, ${perSecond} a second`);
    console.log(
      `  ${events} events in Kafka, ${historyEvents} events of history in Temporal${reissues > 1 ? ' each (median)' : ''}`,
    );
  },

  failure(error: Error): void {
    const [what, about] =
      error instanceof StepFailure ? [`Failed at: ${error.step}`, error.cause] : ['Failed', error];
    console.error(`${what}\n${about.message.replace(/^/gm, '  ')}`);
  },
};
