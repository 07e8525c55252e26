import type { IdentifierKind, IdentityMethod, Reason } from '#libs/domain';
import type { RiskFacts } from './facts.js';

/** From the mildest to the strictest. */
export const riskOutcomes = ['ALLOW', 'STEP_UP', 'DELAY', 'REFUSE'] as const;

/** What happens to the reissue. */
export type RiskOutcome =
  | { readonly outcome: 'ALLOW' }
  /** The applicant proves the identity by one more of these methods. */
  | { readonly outcome: 'STEP_UP'; readonly methods: readonly IdentityMethod[] }
  /** The certificate is signed only after this time. */
  | { readonly outcome: 'DELAY'; readonly hours: number }
  /** The reissue ends. The customer goes on at a branch or by the call centre. */
  | { readonly outcome: 'REFUSE' };

type Denial = Exclude<RiskOutcome, { outcome: 'ALLOW' }>;
type WithoutMethod = Exclude<Denial, { outcome: 'STEP_UP' }>;

/** A range that includes `atLeast` and excludes `below`. An unknown number is in it only with `orUnknown`. */
interface NumberRange {
  readonly atLeast?: number | undefined;
  readonly below?: number | undefined;
  readonly orUnknown?: true | undefined;
}

/** The conditions on facts. All that are given must hold. A list holds if it has the value of the fact. */
export interface RiskConditions {
  readonly decision?: readonly RiskFacts['decision'][] | undefined;
  readonly reason?: readonly Reason[] | undefined;
  readonly claimedBy?: readonly IdentifierKind[] | undefined;
  readonly device?: readonly RiskFacts['device'][] | undefined;
  readonly network?: readonly RiskFacts['network'][] | undefined;
  readonly certificatePolicy?: readonly string[] | undefined;
  /** Holds if none of these was verified. */
  readonly withoutMethods?: readonly IdentityMethod[] | undefined;
  readonly hour?: NumberRange | undefined;
  readonly startsOfPerson?: NumberRange | undefined;
  readonly triesOfPerson?: NumberRange | undefined;
  readonly startsOnDevice?: NumberRange | undefined;
  readonly triesOnDevice?: NumberRange | undefined;
  readonly personsOnDevice?: NumberRange | undefined;
  readonly simAgeDays?: NumberRange | undefined;
  readonly contactAgeDays?: NumberRange | undefined;
  readonly customerAgeDays?: NumberRange | undefined;
  readonly fraudSuspected?: boolean | undefined;
}

interface RiskRule {
  readonly name: string;
  readonly when: RiskConditions;
  readonly then: Denial;
}

/** The bank's rules against fraud. Every rule that applies counts, and the strictest outcome is the decision. */
export interface RiskPolicy {
  readonly version: string;
  readonly rules: readonly RiskRule[];
  /** The outcome if a provider of risk decisions is configured and gives no answer. */
  readonly onUnavailable: Denial;
  /** The outcome in place of STEP_UP if the applicant has no method left for it. */
  readonly onNoMethodLeft: WithoutMethod;
}

const fromElsewhere = ['NEW', 'UNNAMED'] as const;

/** Delays and doubts what is typical of a stolen or copied SIM. An ordinary reissue meets none of its rules. */
export const defaultRiskPolicy: RiskPolicy = {
  version: '2026-12',
  rules: [
    { name: 'fraud-suspected', when: { fraudSuspected: true }, then: { outcome: 'REFUSE' } },
    {
      name: 'sim-changed-and-certificate-lost',
      when: {
        reason: ['LOST', 'PASSWORD_FORGOTTEN', 'KEY_COMPROMISED'],
        device: fromElsewhere,
        simAgeDays: { below: 7 },
      },
      then: { outcome: 'DELAY', hours: 24 },
    },
    {
      name: 'sim-changed',
      when: { device: fromElsewhere, simAgeDays: { below: 7 } },
      then: { outcome: 'STEP_UP', methods: ['ID_DOCUMENT', 'ONE_WON', 'OLD_CERTIFICATE'] },
    },
    {
      name: 'contact-changed',
      when: { device: fromElsewhere, contactAgeDays: { below: 3 } },
      then: { outcome: 'DELAY', hours: 24 },
    },
    {
      name: 'from-abroad',
      when: { device: fromElsewhere, network: ['FOREIGN'] },
      then: { outcome: 'STEP_UP', methods: ['ID_DOCUMENT', 'ONE_WON', 'OLD_CERTIFICATE'] },
    },
    {
      name: 'many-persons-on-device',
      when: { device: fromElsewhere, personsOnDevice: { atLeast: 5 } },
      then: { outcome: 'DELAY', hours: 24 },
    },
    {
      name: 'many-wrong-answers-on-device',
      when: { device: fromElsewhere, triesOnDevice: { atLeast: 10 } },
      then: { outcome: 'STEP_UP', methods: ['ID_DOCUMENT', 'ONE_WON', 'OLD_CERTIFICATE'] },
    },
  ],
  onUnavailable: { outcome: 'DELAY', hours: 24 },
  onNoMethodLeft: { outcome: 'DELAY', hours: 24 },
};
