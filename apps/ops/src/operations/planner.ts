import { planChanges } from '#activities/revocation';
import type { RoleDatabase } from '#libs/db';
import { blockedOf } from '#libs/db/customers';
import { certificatesOfReissues, reissuesToPlan, type PlannedReissue } from '#libs/db/operations';
import { claimsOf, reissueIdsOf } from '#libs/db/reissues';
import {
  maximumOperationItems,
  refusalOfReissueAct,
  type OperationKind,
  type OperationSelection,
  type ReissueAct,
  type ReissueFilter,
  type State,
} from '#libs/domain';
import type { ContentItem } from '#libs/approvals';
import { claimLifetimeMs } from '../claims/show-claim.js';
import { opsProblem } from '../problems.js';

/** The expected outcome of an item. The decision is made again when the item is tried. */
interface ItemPlan {
  /**
   * `RETRIED`, `ABANDONED`, `WITHDRAWN`, `BROUGHT_FORWARD`, `REVOKED`, `HELD`, `RELEASED` or `UNBLOCKED`, or why the item stays
   * unchanged.
   */
  readonly expected: string;
  /** Whether the operation would change the item. */
  readonly acts: boolean;
  readonly state?: string;
  readonly step?: string;
  readonly code?: string;
  readonly parkedSince?: string;
  /** The state in our records if the outcome at the other system is unknown. */
  readonly finding?: Finding;
  /** The reissue that prevents the change. */
  readonly reissueId?: string;
}

/**
 * `SIGNED`: the CA made a certificate, which a retry uses. `SIGNING_UNKNOWN`: a serial number was assigned and no
 * certificate stored; a retry gives it up and assigns another. `NOT_SIGNED`: signing did not start.
 * `PROVIDER_IS_ASKED_FIRST`: a retry queries the state of the transaction at the provider before it repeats a call.
 */
export const findings = ['SIGNED', 'SIGNING_UNKNOWN', 'NOT_SIGNED', 'PROVIDER_IS_ASKED_FIRST'] as const;
type Finding = (typeof findings)[number];

/** Who plans, and when. */
interface Planner {
  readonly by: string;
  readonly now: Date;
}

export type PlannedItem = Omit<ContentItem, 'plan'> & { readonly plan: ItemPlan };

/**
 * The items of an operation and the expected outcome of each. Changes nothing.
 *
 * @throws {ProblemError} `nothing-selected`, `too-many-selected`
 */
export async function planItems(
  db: RoleDatabase<'ops'>,
  kind: OperationKind,
  selection: OperationSelection,
  { by, now }: Planner,
): Promise<PlannedItem[]> {
  if (kind === 'revoke' || kind === 'hold' || kind === 'release') {
    const serials = boundedTargets('serials' in selection ? selection.serials : []);
    const items: PlannedItem[] = [];
    for await (const { serial, outcome, reissueId } of planChanges(db, serials, kind, now))
      items.push({
        ...{ target: serial, parkSequence: null },
        plan: {
          expected: outcome === 'DONE' ? outcomeOf[kind] : outcome,
          acts: outcome === 'DONE',
          ...(reissueId ? { reissueId } : {}),
        },
      });
    return items;
  }
  if (kind === 'unblock') {
    const refs = boundedTargets('customerRefs' in selection ? selection.customerRefs : []);
    const blocked = await blockedOf(db, refs);
    return refs.map((target) => {
      const acts = blocked.has(target);
      return { target, parkSequence: null, plan: { expected: acts ? 'UNBLOCKED' : 'NOT_BLOCKED', acts } };
    });
  }
  return planReissues(db, kind, boundedTargets(await reissuesOf(db, kind, selection)), { by, now });
}

const outcomeOf = {
  retry: 'RETRIED',
  abandon: 'ABANDONED',
  withdraw: 'WITHDRAWN',
  endCoolingOff: 'BROUGHT_FORWARD',
  revoke: 'REVOKED',
  hold: 'HELD',
  release: 'RELEASED',
  unblock: 'UNBLOCKED',
} as const satisfies Record<OperationKind, string>;

function boundedTargets(targets: readonly string[]): string[] {
  const each = [...new Set(targets)];
  if (each.length === 0) throw opsProblem('nothing-selected');
  if (each.length > maximumOperationItems) throw opsProblem('too-many-selected');
  return each;
}

/** The state in which an act is possible; none for acts on parked reissues. */
const stateOf: Readonly<Partial<Record<ReissueAct, State>>> = {
  withdraw: 'ISSUED',
  endCoolingOff: 'COOLING_OFF',
};

async function reissuesOf(
  db: RoleDatabase<'ops'>,
  kind: ReissueAct,
  selection: OperationSelection,
): Promise<readonly string[]> {
  if ('reissueIds' in selection) return selection.reissueIds;
  if (!('filter' in selection)) return [];
  const { filter } = selection;
  // A filter selects only reissues on which the act can be possible.
  const needed = stateOf[kind];
  const narrowed: ReissueFilter = needed ? { ...filter, state: [needed] } : { ...filter, parked: true };
  if (needed && filter.state && !filter.state.includes(needed)) return [];
  if (!needed && filter.parked === false) return [];
  return reissueIdsOf(db, narrowed, maximumOperationItems + 1);
}

async function planReissues(
  db: RoleDatabase<'ops'>,
  kind: ReissueAct,
  reissueIds: readonly string[],
  { by, now }: Planner,
): Promise<PlannedItem[]> {
  const claims = await claimsOf(db, reissueIds, new Date(now.getTime() - claimLifetimeMs));
  const rows = new Map((await reissuesToPlan(db, reissueIds)).map((row) => [row.reissue_id, row]));
  const atCa = [...rows.values()].filter(({ parked_step: step }) => step === 'ISSUE_CERTIFICATE');
  const serials = await certificatesOfReissues(
    db,
    atCa.map(({ reissue_id: id }) => id),
  );
  return reissueIds.map((target) => {
    const row = rows.get(target);
    if (!row) return { target, parkSequence: null, plan: { expected: 'UNKNOWN', acts: false } };
    const states = serials.filter(({ reissue_id: id }) => id === target).map(({ state }) => state);
    const claimant = claims.get(target)?.by ?? by;
    const refusal = refusalOfReissueAct(kind, row) ?? (claimant === by ? undefined : 'CLAIMED');
    return {
      target,
      parkSequence: kind === 'retry' ? row.park_sequence : null,
      plan: {
        ...{ expected: refusal ?? outcomeOf[kind], acts: !refusal, state: row.state },
        ...(row.parked_step ? { step: row.parked_step } : {}),
        ...(row.parked_code ? { code: row.parked_code } : {}),
        ...(row.parked_since ? { parkedSince: row.parked_since.toISOString() } : {}),
        ...(row.parked_code === 'OUTCOME_UNKNOWN' ? { finding: findingOf(row, states) } : {}),
      },
    };
  });
}

function findingOf({ parked_step: step }: PlannedReissue, states: readonly string[]): Finding {
  if (step !== 'ISSUE_CERTIFICATE') return 'PROVIDER_IS_ASKED_FIRST';
  if (states.includes('STORED')) return 'SIGNED';
  return states.includes('INTENT') ? 'SIGNING_UNKNOWN' : 'NOT_SIGNED';
}
