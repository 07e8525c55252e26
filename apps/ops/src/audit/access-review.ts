import type { RoleDatabase } from '#libs/db';
import { actsOfStaff, type ActSummary } from '#libs/db/audit';
import { z } from 'zod';
import { csvFile } from './export.js';

export const reviewQuery = z.strictObject({
  month: z
    .string()
    .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'must be a month: YYYY-MM')
    .describe('Calendar month in Korea, e.g. `2026-11`'),
});

const actSchema = z
  .object({
    action: z.string(),
    outcome: z.string(),
    times: z.int(),
    reissues: z.int().describe('Number of different reissues concerned'),
    first: z.iso.datetime(),
    last: z.iso.datetime(),
  })
  .meta({ id: 'AccessReviewAct' });

export const reviewSchema = z
  .object({
    month: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    people: z.array(z.object({ actor: z.string(), acts: z.array(actSchema) })),
  })
  .meta({ id: 'AccessReview' });
type AccessReview = z.output<typeof reviewSchema>;

/** Start of a month in Korea, which is UTC+9 all year. */
const startOf = (year: number, month: number) => new Date(Date.UTC(year, month - 1, 1, -9));

/** The reads and acts of each member of staff in a month. */
export async function reviewAccess(db: RoleDatabase<'ops'>, month: string): Promise<AccessReview> {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const [from, to] = [startOf(year, number), startOf(year, number + 1)];
  const acts = await actsOfStaff(db, from, to);
  const people = [...Map.groupBy(acts, ({ actor }) => actor)].map(([actor, own]) => ({
    actor,
    acts: own.map(show),
  }));
  return { month, from: from.toISOString(), to: to.toISOString(), people };
}

const show = ({ action, outcome, times, reissues, first, last }: ActSummary) => ({
  ...{ action, outcome, times, reissues },
  first: first.toISOString(),
  last: last.toISOString(),
});

const titles = ['actor', 'action', 'outcome', 'times', 'reissues', 'first', 'last'];
const rowsOf = ({ people }: AccessReview) =>
  people.flatMap(({ actor, acts }) =>
    acts.map((act) => [
      actor,
      act.action,
      act.outcome,
      String(act.times),
      String(act.reissues),
      act.first,
      act.last,
    ]),
  );

export const reviewAsCsv = (review: AccessReview): string => csvFile([titles, ...rowsOf(review)]);

/** The review as a document to file: a table, and a line for the reviewer's signature. */
export function reviewAsMarkdown(review: AccessReview): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  const table = [titles, titles.map(() => '---'), ...rowsOf(review)].map(line).join('');
  return `# Access review ${review.month}

From ${review.from} to ${review.to}: reads and acts of staff and of users of the command line outside reissues.

${review.people.length === 0 ? 'No acts were recorded.\n' : table}
Reviewed by: ____________________  on: ____________________
`;
}
