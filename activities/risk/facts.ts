import type { ReissueRow } from '#libs/db/reissues';
import type { IdentityMethodRow } from '#libs/db/identity';
import type { RiskSigns, SignOfMethod } from '#libs/db/risk';
import {
  koreanHourOf,
  methodsLeft,
  type CallOrigin,
  type IdentityMethod,
  type PinnedIdentityRule,
} from '#libs/domain';
import type { RiskFacts } from '#libs/risk';
import type { RiskContext } from './context.js';

/** What is known of a reissue at the moment of a decision. */
export interface RiskSituation {
  readonly decision: RiskFacts['decision'];
  /** Of the call that brought the reissue to the decision. */
  readonly origin: CallOrigin;
  readonly signs: RiskSigns;
  /** The methods that the reissue has used; those that count are verified. */
  readonly methods: readonly SignOfMethod[];
  readonly rule: PinnedIdentityRule;
}

/** The used methods as risk facts read them. @param verified those that count */
export const knownMethods = (
  used: readonly IdentityMethodRow[],
  verified: readonly IdentityMethodRow[],
): SignOfMethod[] =>
  used.map(({ method, tries, locked }) => ({
    ...{ method, tries, locked },
    verified: verified.some((each) => each.method === method),
  }));

const dayMs = 86_400_000;

/** The facts from which a policy decides. */
export function riskFactsOf(
  { networks, availableMethods }: Pick<RiskContext, 'networks' | 'availableMethods'>,
  row: Pick<ReissueRow, 'effective_reason' | 'applicant_by' | 'device' | 'stepped_up_at'>,
  { decision, origin, signs, methods, rule }: RiskSituation,
  now: Date,
): RiskFacts {
  const verified = methods.filter((each) => each.verified);
  const named = verified.map(({ method }) => method);
  const locked = methods.filter((each) => each.locked).map(({ method }) => method);
  const ownTries = methods.reduce((sum, { tries }) => sum + tries, 0);
  const daysSince = (at: string | null) =>
    at === null ? null : Math.max(0, Math.floor((now.getTime() - Date.parse(at)) / dayMs));
  const onDevice = <T>(value: T) => (row.device === null ? null : value);
  return {
    decision,
    reason: row.effective_reason,
    claimedBy: row.applicant_by,
    methods: named,
    additionalMethod: row.stepped_up_at !== null,
    methodsLeft: methodsLeft(rule, usable(availableMethods, signs), { verified: named, locked }),
    device: row.device === null ? 'UNNAMED' : signs.knowsDevice ? 'KNOWN' : 'NEW',
    hour: koreanHourOf(now),
    startsOfPerson: signs.startsOfPerson,
    triesOfPerson: signs.triesOfPerson + ownTries,
    startsOnDevice: onDevice(signs.startsOnDevice),
    triesOnDevice: onDevice(signs.triesOnDevice + ownTries),
    personsOnDevice: onDevice(signs.personsOnDevice),
    certificatePolicy: signs.certificatePolicy,
    network: networks.kindOf(origin.address),
    simAgeDays: daysSince(signs.simChangedAt),
    contactAgeDays: daysSince(signs.saidByBank?.CONTACT_CHANGED ?? null),
    customerAgeDays: daysSince(signs.customerSince),
    fraudSuspected: signs.saidByBank?.FRAUD_SUSPECTED !== undefined,
  };
}

/** The methods that can be used: that of the old certificate only with one on file. */
function usable(available: readonly IdentityMethod[], { certificatePolicy }: RiskSigns): IdentityMethod[] {
  return available.filter((method) => method !== 'OLD_CERTIFICATE' || certificatePolicy !== null);
}
