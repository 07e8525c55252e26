import { medianOf } from '../measure.js';
import type { Round } from '../reissue/measure-round.js';
import { costOf, statementsOfOurs, wholeOf } from '../reissue/report.js';
import { markdownTable } from '../reissue/table.js';
import { grewTooMuch, grownBy } from './tolerance.js';

/** The rounds that were measured with this many stored reissues. */
export interface SizeResult {
  readonly size: number;
  readonly rounds: readonly Round[];
}

interface Figure {
  readonly name: string;
  readonly concurrency: number;
  of(round: Round): number;
}

const figures: readonly Figure[] = [
  { name: 'processor time without the sandbox, ms', concurrency: 16, of: costOf },
  { name: 'SQL statements of Reseal', concurrency: 16, of: (round) => statementsOfOurs(round) ?? 0 },
  { name: 'whole reissue alone, p50, ms', concurrency: 1, of: (round) => wholeOf(round, 50) },
];
/** Parts that use less are left out of the table. In milliseconds. */
const smallestMs = 2;

/** The table of all sizes, and whether a figure grows with them. */
export function growthReport(results: readonly SizeResult[]): { table: string; grows: boolean } {
  const rows = figures.map(({ name, concurrency, of }) => ({
    name,
    values: results.map(({ rounds }) =>
      medianOf(rounds.filter((round) => round.concurrency === concurrency).map(of)),
    ),
  }));
  const head = ['stored reissues', ...results.map(({ size }) => size.toLocaleString('en')), 'growth'];
  const cells = ({ name, values }: (typeof rows)[number]) => [
    name,
    ...values.map((value) => value.toFixed(1)),
    grownBy(values[0]!, Math.max(...values)),
  ];
  return {
    table: markdownTable(head, [...rows, ...partRows(results)].map(cells)),
    grows: rows.some(({ values }) => values.some((value) => grewTooMuch(values[0]!, value))),
  };
}

/** The processor time by process, which shows what grows. */
function partRows(results: readonly SizeResult[]) {
  const timeOf = (part: string, { rounds }: SizeResult) =>
    medianOf(
      rounds.filter(({ concurrency }) => concurrency === 16).map(({ processor }) => processor[part] ?? 0),
    );
  const parts = new Set(
    results.flatMap(({ rounds }) => rounds.flatMap(({ processor }) => Object.keys(processor))),
  );
  return [...parts]
    .filter((part) => !part.includes(': '))
    .map((part) => ({ name: `  ${part}, ms`, values: results.map((result) => timeOf(part, result)) }))
    .filter(({ values }) => values.some((value) => value >= smallestMs));
}
