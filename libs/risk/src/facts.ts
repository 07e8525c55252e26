import type { IdentifierKind, IdentityMethod, Reason } from '#libs/domain';

/** The two moments at which the risk of a reissue is decided: when identity is verified, and before the CA signs. */
export const riskDecisions = ['IDENTITY', 'ISSUANCE'] as const;

/** KNOWN: the customer proved their identity on it before. UNNAMED: the client gave no id of its device. */
export const deviceKinds = ['KNOWN', 'NEW', 'UNNAMED'] as const;

/** UNKNOWN: the configuration lists no domestic networks. */
export const networkKinds = ['DOMESTIC', 'FOREIGN', 'UNKNOWN'] as const;

/** What a risk policy decides from. `null` is a fact that no source gave. A day begins at midnight in Korea. */
export interface RiskFacts {
  readonly decision: (typeof riskDecisions)[number];
  /** The effective reason: a reissue after an expiry counts as a loss if the certificate was reported lost. */
  readonly reason: Reason;
  readonly claimedBy: IdentifierKind;
  /** The verified methods that count. */
  readonly methods: readonly IdentityMethod[];
  /** Whether they are one more than the identity policy demands, because a decision asked for it. */
  readonly additionalMethod: boolean;
  /** The methods by which the applicant can prove the identity once more. */
  readonly methodsLeft: readonly IdentityMethod[];
  readonly device: (typeof deviceKinds)[number];
  /** Hour of the day in Korea, 0 to 23. */
  readonly hour: number;
  /** Reissues that were started today in the name of the person, this one included. */
  readonly startsOfPerson: number;
  /** Wrong answers of today in those reissues. */
  readonly triesOfPerson: number;
  /** As `startsOfPerson`, of all reissues on the device of this one. */
  readonly startsOnDevice: number | null;
  readonly triesOnDevice: number | null;
  /** In how many persons' names those were started. */
  readonly personsOnDevice: number | null;
  /** Policy OID of the certificate on file: it says for which transactions the certificate is accepted. */
  readonly certificatePolicy: string | null;
  readonly network: (typeof networkKinds)[number];
  /** Whole days since the telecom company last changed the SIM of the number. */
  readonly simAgeDays: number | null;
  /** Whole days since a contact of the customer changed. */
  readonly contactAgeDays: number | null;
  /** Whole days since the bank gave Reseal this customer. */
  readonly customerAgeDays: number | null;
  /** Whether the bank suspects fraud against the customer. */
  readonly fraudSuspected: boolean;
}

/** The facts about the person. They are in the personal part of the audit entry, which can be erased. */
const personalFacts = [
  'network',
  'simAgeDays',
  'contactAgeDays',
  'customerAgeDays',
  'fraudSuspected',
] as const satisfies readonly (keyof RiskFacts)[];
type PersonalFact = (typeof personalFacts)[number];

/** The facts as the audit entry has them: those about the person apart from the others. */
interface SplitFacts {
  readonly facts: Omit<RiskFacts, PersonalFact>;
  readonly personal: Pick<RiskFacts, PersonalFact>;
}

export function splitFacts(facts: RiskFacts): SplitFacts {
  const isPersonal = (name: string) => (personalFacts as readonly string[]).includes(name);
  const entries = Object.entries(facts);
  return {
    facts: Object.fromEntries(entries.filter(([name]) => !isPersonal(name))),
    personal: Object.fromEntries(entries.filter(([name]) => isPersonal(name))),
  } as unknown as SplitFacts;
}
