import { percentile } from '../../demo/statistics.js';
import { medianOf } from '../measure.js';
import type { Round } from './measure-round.js';
import type { Kind, Options } from './options.js';
import { bareWorker, loadGenerator, totalOf, type Usage } from './probes.js';
import { backendsOf, postgresServer } from './processor-time.js';
import type { Statements } from './statements.js';
import { markdownTable } from './table.js';

/** Roles of Reseal's own processes. */
const ourRoles = ['gateway', 'worker', 'signer'];
/** What the bare shape uses of the stack. */
const bareParts = [bareWorker, 'temporal', backendsOf('temporal'), postgresServer];
/** What stands in for the systems around a reissue, and what makes the load. */
const outside = ['sandbox', backendsOf('sandbox'), backendsOf('owner'), bareWorker];

const titleOf: Readonly<Record<Kind, string>> = { bare: 'bare', reseal: 'Reseal' };
const missing = '–';
/** Parts that use less in every round are left out: the background is subtracted, and varies. */
const smallestMs = 2;
const smallestCount = 2;

interface Figure {
  readonly name: string;
  readonly digits: number;
  of(round: Round): number | undefined;
  /** Whether a smaller share of bare is worse. */
  readonly ratio?: boolean;
}

const figures: readonly Figure[] = [
  { name: 'reissues a second', digits: 1, of: ({ perSecond }) => perSecond, ratio: true },
  { name: 'whole reissue, p50, ms', digits: 0, of: (round) => wholeOf(round, 50), ratio: true },
  { name: 'whole reissue, p99, ms', digits: 0, of: (round) => wholeOf(round, 99), ratio: true },
  { name: 'history events', digits: 0, of: ({ historyEvents }) => historyEvents, ratio: true },
  { name: 'SQL statements of Reseal', digits: 0, of: statementsOfOurs },
  {
    name: 'SQL statements of Temporal',
    digits: 0,
    of: (round) => round.statements.temporal?.statements,
    ratio: true,
  },
  { name: 'processor time without the sandbox, ms', digits: 0, of: costOf, ratio: true },
  { name: 'gave up', digits: 0, of: ({ failed }) => failed },
];

/** All tables of a run. */
export function report(rounds: readonly Round[], backgrounds: readonly Usage[], options: Options): string {
  return [
    ...options.concurrencies.map((concurrency) => summary(rounds, concurrency, options)),
    costTable(
      'Processor time of a reissue, in milliseconds',
      rounds,
      options,
      processorRows(rounds, backgrounds),
    ),
    costTable('SQL statements of a reissue, by role', rounds, options, statementRows(rounds, backgrounds)),
    stepTable(rounds, options),
  ].join('\n\n');
}

/** A percentile of the times of whole reissues, in milliseconds. */
export const wholeOf = ({ made }: Round, percent: number) =>
  percentile(
    made.map(({ ms }) => ms),
    percent,
  )!;

/** Statements of Reseal's own processes. */
export function statementsOfOurs({ kind, statements }: Round): number | undefined {
  if (kind === 'bare') return undefined;
  return ourRoles.reduce((sum, role) => sum + (statements[role]?.statements ?? 0), 0);
}

/** The processor time of a reissue, of all processes that take part. In milliseconds. */
export function costOf({ kind, processor }: Round): number {
  const takesPart = ([part]: [string, number]) =>
    kind === 'bare' ? bareParts.includes(part) : !outside.includes(part);
  return totalOf(Object.fromEntries(Object.entries(processor).filter(takesPart)));
}

/** The figures at one concurrency, and the ratios of each round: a disturbance affects both of its halves. */
function summary(rounds: readonly Round[], concurrency: number, { kinds }: Options): string {
  const of = (kind: Kind) => rounds.filter((each) => each.kind === kind && each.concurrency === concurrency);
  const rows = figures.map((figure) => {
    const values = (kind: Kind) => of(kind).flatMap((round) => figure.of(round) ?? []);
    const cells = kinds.map((kind) => spread(values(kind), figure.digits));
    if (kinds.length === 1) return [figure.name, ...cells];
    const [bare, reseal] = [values('bare'), values('reseal')];
    const ratios = figure.ratio ? reseal.map((value, round) => value / bare[round]!) : [];
    return [figure.name, ...cells, spread(ratios, 2)];
  });
  const head = [`${concurrency} at once`, ...kinds.map((kind) => titleOf[kind])];
  return markdownTable(kinds.length === 1 ? head : [...head, 'ratio'], rows);
}

/** `median (lowest – highest)` */
function spread(values: readonly number[], digits: number): string {
  if (values.length === 0) return missing;
  const [median, low, high] = [medianOf(values), Math.min(...values), Math.max(...values)].map((value) =>
    value.toFixed(digits),
  );
  return low === high ? median! : `${median} (${low} – ${high})`;
}

/** A row of a table of costs: its name, its cost in a round, and in a second of the background. */
interface CostRow {
  readonly name: string;
  of(round: Round): number | undefined;
  readonly background: string;
  readonly digits: number;
}

function costTable(
  title: string,
  rounds: readonly Round[],
  options: Options,
  rows: readonly CostRow[],
): string {
  const columns = columnsOf(options);
  const cells = rows.map(({ name, of, background, digits }) => [
    name,
    ...columns.map(({ kind, concurrency }) => {
      const values = rounds
        .filter((round) => round.kind === kind && round.concurrency === concurrency)
        .flatMap((round) => of(round) ?? []);
      return values.length === 0 ? missing : medianOf(values).toFixed(digits);
    }),
    background,
  ]);
  return markdownTable([title, ...columns.map(({ title: head }) => head), 'background, a second'], cells);
}

const columnsOf = ({ kinds, concurrencies }: Options) =>
  kinds.flatMap((kind) =>
    concurrencies.map((concurrency) => ({
      kind,
      concurrency,
      title: `${titleOf[kind]}, ${concurrency} at once`,
    })),
  );

function processorRows(rounds: readonly Round[], backgrounds: readonly Usage[]): CostRow[] {
  const used = ([, ms]: [string, number]) => ms >= smallestMs;
  const parts = rounds.flatMap(({ processor }) => Object.entries(processor).filter(used));
  const row = (name: string, part: string): CostRow => ({
    name,
    of: ({ processor }) => processor[part],
    background: medianOf(
      backgrounds.map(({ processor, seconds }) => (processor[part] ?? 0) / seconds),
    ).toFixed(1),
    digits: 1,
  });
  const names = [...new Set(parts.map(([part]) => part))].filter((part) => part !== loadGenerator).sort();
  return [...names.map((part) => row(part, part)), row('load generator (not counted)', loadGenerator)];
}

function statementRows(rounds: readonly Round[], backgrounds: readonly Usage[]): CostRow[] {
  const used = ([, { statements }]: [string, Statements]) => statements >= smallestCount;
  const counted = rounds.flatMap(({ statements }) => Object.entries(statements).filter(used));
  const roles = [...new Set(counted.map(([role]) => role))].sort();
  return roles.flatMap((role) =>
    (['statements', 'transactionControl'] as const).map((what) => ({
      name: what === 'statements' ? role : `${role}: BEGIN, COMMIT`,
      of: ({ statements }: Round) => statements[role]?.[what],
      background: medianOf(
        backgrounds.map(({ statements, seconds }) => (statements[role]?.[what] ?? 0) / seconds),
      ).toFixed(1),
      digits: 1,
    })),
  );
}

/** p50 and p99 of each step, over all rounds. */
function stepTable(rounds: readonly Round[], { kinds, concurrencies }: Options): string {
  const made = (kind: Kind, concurrency: number) =>
    rounds
      .filter((round) => round.kind === kind && round.concurrency === concurrency)
      .flatMap((round) => round.made);
  const cell = (times: readonly number[]) =>
    times.length === 0
      ? missing
      : `${percentile(times, 50)!.toFixed(0)} / ${percentile(times, 99)!.toFixed(0)}`;
  const rows = kinds.flatMap((kind) => {
    const names = made(kind, concurrencies[0]!)[0]?.steps.map(({ name }) => name) ?? [];
    const stepRow = (name: string) => [
      `${titleOf[kind]}: ${name}`,
      ...concurrencies.map((concurrency) =>
        cell(
          made(kind, concurrency).flatMap(({ steps }) =>
            steps.filter((step) => step.name === name).map(({ ms }) => ms),
          ),
        ),
      ),
    ];
    const whole = [
      `${titleOf[kind]}: whole`,
      ...concurrencies.map((concurrency) => cell(made(kind, concurrency).map(({ ms }) => ms))),
    ];
    return [...names.map(stepRow), whole];
  });
  return markdownTable(['p50 / p99 in ms', ...concurrencies.map((each) => `${each} at once`)], rows);
}
