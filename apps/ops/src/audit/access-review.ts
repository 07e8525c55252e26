import type { RoleDatabase } from '#libs/db';
import {
  actsOfStaff,
  confirmedAndNotDecided,
  parkedAndNotSeen,
  reviewMissing,
  staffMembers,
  type ActSummary,
  type StaffMember,
} from '#libs/db/audit';
import { koreanDayOf, staffRoles, type AuthorityAction, type StaffRole } from '#libs/domain';
import { z } from 'zod';

const monthSchema = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'must be a month: YYYY-MM');

export const reviewQuery = z.strictObject({
  month: monthSchema.describe('Calendar month in Korea, e.g. `2026-11`'),
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

const personSchema = z
  .object({
    actor: z.string(),
    name: z.string().nullable().describe('Name of the last sign-in; null if the person never signed in'),
    roles: z.array(z.enum(staffRoles)).describe('Roles of the last sign-in'),
    lastSeenAt: z.iso.datetime().nullable(),
    unusedRoles: z.array(z.enum(staffRoles)).describe('Roles of which the person used no right in the month'),
    acts: z.array(actSchema).describe('Empty if the person signed in and did nothing'),
  })
  .meta({ id: 'AccessReviewPerson' });

const overlookedSchema = z
  .object({
    parkedReissues: z
      .array(z.string())
      .describe('Reissues that were parked in the month, and that no member of staff looked at since'),
    undecidedOperations: z
      .array(z.string())
      .describe('Operations of the month that expired because no second person decided on them'),
    earlierReview: z
      .string()
      .nullable()
      .describe('The month before, if staff acted in it and its review was not read'),
  })
  .meta({ id: 'AccessReviewOverlooked' });

export const reviewSchema = z
  .object({
    month: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    people: z.array(personSchema),
    overlooked: overlookedSchema.describe(
      'What should have been looked at and was not, at most 1,000 of each',
    ),
  })
  .meta({ id: 'AccessReview' });
export type AccessReview = z.output<typeof reviewSchema>;

/** Before the subject of a member of staff, in the actor of an entry. */
const staff = 'staff:';

/** Start of a month in Korea, which is UTC+9 all year. */
const startOf = (year: number, month: number) => new Date(Date.UTC(year, month - 1, 1, -9));

/** The acts that only the role permits. */
const actsOfRole: Readonly<Record<StaffRole, readonly AuthorityAction[]>> = {
  operator: [
    'plan',
    'change',
    'confirm',
    'cancelOperation',
    'findCustomer',
    'claimReissue',
    'releaseReissue',
  ],
  approver: ['approve', 'reject', 'createWebhook', 'changeWebhook', 'rotateWebhookSecret', 'deleteWebhook'],
  auditor: ['searchAudit', 'exportAudit', 'exportEvidence', 'reviewAccess'],
};

/** Who had access in a month and what they did, and what should have been looked at and was not. */
export async function reviewAccess(db: RoleDatabase<'ops'>, month: string): Promise<AccessReview> {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const [before, from, to] = [startOf(year, number - 1), startOf(year, number), startOf(year, number + 1)];
  const earlier = koreanDayOf(before).slice(0, 7);
  const acts = Map.groupBy(await actsOfStaff(db, from, to), ({ actor }) => actor);
  const subjects = [...acts.keys()]
    .filter((actor) => actor.startsWith(staff))
    .map((actor) => actor.slice(staff.length));
  const [members, parkedReissues, undecidedOperations, missing] = await Promise.all([
    staffMembers(db, { from, to, subjects }),
    parkedAndNotSeen(db, from, to),
    confirmedAndNotDecided(db, from, to),
    reviewMissing(db, earlier, before, from),
  ]);
  const known = new Map(members.map((member) => [`${staff}${member.subject}`, member]));
  const actors = [...new Set([...acts.keys(), ...known.keys()])].toSorted();
  return {
    ...{ month, from: from.toISOString(), to: to.toISOString() },
    people: actors.map((actor) => personOf(actor, known.get(actor), acts.get(actor) ?? [])),
    overlooked: { parkedReissues, undecidedOperations, earlierReview: missing ? earlier : null },
  };
}

function personOf(
  actor: string,
  member: StaffMember | undefined,
  acts: readonly ActSummary[],
): AccessReview['people'][number] {
  const roles = staffRoles.filter((role) => member?.roles.includes(role));
  const used = (role: StaffRole) =>
    acts.some(({ action }) => (actsOfRole[role] as readonly string[]).includes(action));
  return {
    ...{ actor, name: member?.name ?? null, roles },
    lastSeenAt: member?.lastSeenAt.toISOString() ?? null,
    unusedRoles: roles.filter((role) => !used(role)),
    acts: acts.map(({ action, outcome, times, reissues, first, last }) => ({
      ...{ action, outcome, times, reissues },
      first: first.toISOString(),
      last: last.toISOString(),
    })),
  };
}
