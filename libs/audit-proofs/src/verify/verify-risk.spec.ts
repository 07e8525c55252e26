import { describe, expect, it } from '@jest/globals';
import { decideRisk, defaultRiskPolicy, splitFacts, type RiskAnswer, type RiskFacts } from '#libs/risk';
import { canonicalJson, digestOfPersonal, digestOfText, type LoggedEntry } from '../entry.js';
import { entriesIn, reissueId, SampleLog, sealed } from '../testing/sample-evidence.js';
import { bundle, found, sample } from '../testing/verification.js';

const document = canonicalJson(defaultRiskPolicy);
const facts: RiskFacts = {
  ...{ decision: 'ISSUANCE', reason: 'LOST', claimedBy: 'RRN', methods: ['PHONE_CODE', 'ONE_WON'] },
  ...{ additionalMethod: false, methodsLeft: ['ID_DOCUMENT'], device: 'NEW', hour: 3 },
  ...{ startsOfPerson: 1, triesOfPerson: 0, startsOnDevice: 1, triesOnDevice: 0, personsOnDevice: 1 },
  ...{ certificatePolicy: null, network: 'UNKNOWN', simAgeDays: 1, contactAgeDays: null },
  ...{ customerAgeDays: 10, fraudSuspected: false },
};

interface Change {
  readonly facts?: Partial<RiskFacts>;
  readonly answer?: RiskAnswer;
  readonly entry?: Partial<LoggedEntry>;
  readonly details?: Record<string, unknown>;
  readonly riskPolicies?: readonly string[];
  /** The personal part in place of the recorded one; null: it is gone. */
  readonly personal?: object | null;
  /** An entry after it. */
  readonly next?: Partial<LoggedEntry>;
}

/** What is found in a bundle with one decision, which an attacker with the audit key has changed. */
async function foundWith(change: Change) {
  const given = { ...facts, ...change.facts };
  const { outcome, by } = decideRisk(defaultRiskPolicy, given, change.answer);
  const split = splitFacts(given);
  const recorded = { salt: 'ab'.repeat(16), content: JSON.stringify(split.personal) };
  const personal =
    change.personal === undefined ? recorded : { ...recorded, content: JSON.stringify(change.personal) };
  const answer = change.answer ? { answer: change.answer } : {};
  const last = sample.log.entries.findLast(({ stream }) => stream === reissueId)!;
  const decided: LoggedEntry = {
    ...{ ...last, sequence: 5, action: 'decideRisk', outcome: outcome.outcome, reason: by },
    details: {
      ...{ policy: digestOfText(document), decided: outcome, facts: split.facts, ...answer },
      ...change.details,
    },
    personalDigest: digestOfPersonal(recorded),
    ...change.entry,
  };
  const next = change.next
    ? [{ ...last, sequence: 6, details: {}, personalDigest: null, ...change.next }]
    : [];
  const log = new SampleLog([...sample.log.entries, decided, ...next]);
  const copy = structuredClone(bundle);
  const entries = entriesIn(log).map(({ personal: _, ...item }) => ({
    ...item,
    ...(item.sequence === 1 ? { personal: bundle.entries[0]!.personal! } : {}),
    ...(item.sequence === 5 && change.personal !== null ? { personal } : {}),
  }));
  return found(
    await sealed(
      {
        ...copy,
        entries,
        reissue: { ...copy.reissue, auditSequence: 5 + next.length },
        checkpoint: await log.checkpoint(sample.key),
        consistency: [],
        riskPolicies: [...(change.riskPolicies ?? [document])],
      },
      sample.key,
    ),
  );
}

describe('risk decisions in evidence', () => {
  it('A decision that follows from its policy and facts is valid', async () => {
    const clean = { kinds: [], unproven: [] };
    expect(await foundWith({})).toMatchObject(clean);
    expect(await foundWith({ facts: { fraudSuspected: true } })).toMatchObject(clean);
    expect(await foundWith({ facts: { device: 'KNOWN' } })).toMatchObject(clean);
    expect(await foundWith({ answer: { status: 'UNAVAILABLE' } })).toMatchObject(clean);
    const answer: RiskAnswer = { status: 'ANSWERED', outcome: { outcome: 'REFUSE' }, reference: 'r-1' };
    expect(await foundWith({ answer })).toMatchObject(clean);
  });

  it.each<[string, Change]>([
    ['an outcome', { entry: { outcome: 'ALLOW' } }],
    ['a whole outcome', { details: { decided: { outcome: 'DELAY', hours: 1 } } }],
    ['the name of the rule', { entry: { reason: 'sim-changed' } }],
    ['a fact', { details: { facts: { ...splitFacts(facts).facts, device: 'KNOWN' } } }],
    ['facts that lack one', { details: { facts: {} } }],
    ['an answer', { details: { answer: { status: 'ANSWERED', outcome: { outcome: 'REFUSE' } } } }],
    ['an unreadable answer', { details: { answer: 'ALLOW' } }],
  ])('%s that does not fit the rest is found', async (_what, change) => {
    expect(await foundWith(change)).toMatchObject({ kinds: ['RISK_ALTERED'], entries: [5] });
  });

  it('A fact about the person that was changed is found', async () => {
    const personal = { ...splitFacts(facts).personal, simAgeDays: 400 };
    expect(await foundWith({ personal })).toMatchObject({ kinds: ['PERSONAL_ALTERED', 'RISK_ALTERED'] });
  });

  it('A decision whose facts about the person are gone is unproven', async () => {
    expect(await foundWith({ personal: null })).toMatchObject({ kinds: [], unproven: ['PERSONAL', 'RISK'] });
  });

  it('A policy that is missing, was changed, or is none is found', async () => {
    expect(await foundWith({ riskPolicies: [] })).toMatchObject({ kinds: ['RECORD_MISSING'] });
    const changed = canonicalJson({ ...defaultRiskPolicy, rules: [] });
    expect(await foundWith({ riskPolicies: [changed] })).toMatchObject({
      kinds: ['RECORD_MISSING', 'RISK_ALTERED'],
    });
    const none = { riskPolicies: ['{}'], details: { policy: digestOfText('{}') } };
    expect(await foundWith(none)).toMatchObject({ kinds: ['RISK_ALTERED'], entries: [5] });
  });

  it('A certificate that was issued against the decision is found', async () => {
    const details = { ...sample.log.entries[5]!.details, state: 'REGISTERED' };
    const next = { action: 'issue', outcome: 'ISSUED', details };
    expect((await foundWith({ facts: { fraudSuspected: true }, next })).kinds).toEqual(['RISK_ALTERED']);
    expect((await foundWith({ facts: { device: 'KNOWN' }, next })).kinds).toEqual([]);
  });
});
