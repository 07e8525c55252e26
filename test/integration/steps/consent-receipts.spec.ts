import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { consentReceiptsOf, consentRecordsOf } from '#libs/db/reissues';
import { verifyReceipt } from '#libs/terms';
import type { Applicant } from '../../world/applicant.js';
import { second } from '../../world/movable-clock.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { auditOf, eventsOf, eventTypesOf, expectSoundRecords } from '../../world/records.js';
import { continueTo, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const origin = { address: '192.0.2.7', agent: 'spec' };
const optional = 'marketing-notices';

const receiptsOf = async ({ reissueId }: Applicant) => {
  const receipts = await consentReceiptsOf(world.gateway, reissueId);
  return Promise.all(receipts.map((receipt) => verifyReceipt(receipt, world.receiptKeys)));
};

function withdraw({ reissueId }: Applicant, termsId: string, updateId: string = randomUUID()) {
  world.clock.advance(second);
  return world.activities.withdrawConsent({ reissueId, updateId, requestHmac: termsId, origin, termsId });
}

describe('receipts of consents', () => {
  it('Consent receipts confirm the consents at the start and before issuance, each once, without personal data', async () => {
    const applicant = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    world.clock.advance(second);
    const message = applicant.giveConsents();
    await perform(world, applicant.reissueId, message);
    await perform(world, applicant.reissueId, message);

    const receipts = await receiptsOf(applicant);
    const agreed = (stage: 'identity' | 'issuance') =>
      applicant
        .consents(stage)
        .map((consent) => ({ ...consent, locale: 'ko', act: 'GIVEN' }))
        .toSorted((one, other) => one.termsId.localeCompare(other.termsId));
    expect(receipts).toHaveLength(2);
    for (const [index, stage] of (['identity', 'issuance'] as const).entries()) {
      const { consents, ...claims } = receipts[index]!;
      expect(consents.toSorted((one, other) => one.termsId.localeCompare(other.termsId))).toEqual(
        agreed(stage),
      );
      expect(claims).toEqual({
        iss: 'urn:spec',
        sub: applicant.reissueId,
        jti: expect.stringMatching(/^cr_[0-9a-f]{32}$/),
        iat: Math.floor(world.clock.now().getTime() / 1_000) - (stage === 'identity' ? 1 : 0),
      });
    }
    const words = JSON.stringify(receipts);
    for (const personal of [applicant.person.name, applicant.person.mobile, applicant.person.rrn])
      expect(words).not.toContain(personal);
  });
});

describe('an optional consent', () => {
  it('An optional consent can be withdrawn while the reissue runs on', async () => {
    const applicant = await walkTo(world, await customer(world), 'PASSWORD_REQUIRED');
    const answer = await withdraw(applicant, optional);
    expect(answer).toMatchObject({
      answer: 'WITHDRAWN',
      withdrawn: { termsId: optional, withdrawnAt: world.clock.now().toISOString() },
    });
    await continueTo(applicant, 'REGISTERED');
    await expectSoundRecords(applicant);
  });

  it('An optional consent can be withdrawn after the end, with record, receipt, event and audit entry', async () => {
    const applicant = await walkTo(world, await customer(world), 'REGISTERED');
    const answer = await withdraw(applicant, optional);
    if (answer.answer !== 'WITHDRAWN') throw new Error('not withdrawn');
    expect(await verifyReceipt(answer.withdrawn.receipt, world.receiptKeys)).toMatchObject({
      sub: applicant.reissueId,
      consents: [{ termsId: optional, agreed: false, act: 'WITHDRAWN' }],
    });
    expect((await consentRecordsOf(world.gateway, applicant.reissueId)).at(-1)).toMatchObject({
      terms_id: optional,
      agreed: false,
      act: 'WITHDRAWN',
    });
    expect((await eventTypesOf(applicant)).at(-1)).toBe('reissue.consent-withdrawn');
    expect((await eventsOf(applicant)).at(-1)?.data).toMatchObject({
      state: 'REGISTERED',
      previousState: 'REGISTERED',
      terms: { termsId: optional },
    });
    expect((await auditOf(applicant)).at(-1)).toMatchObject({
      actor: 'customer',
      action: 'withdrawConsent',
      outcome: 'DONE',
    });
    await expectSoundRecords(applicant);
  });

  it('An optional consent is withdrawn once, also by repeated calls', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    const [first, again] = await Promise.all([1, 2].map(() => withdraw(applicant, optional, 'once')));
    expect(again).toEqual(first);
    expect(await withdraw(applicant, optional, 'once')).toEqual(first);
    expect(await receiptsOf(applicant)).toHaveLength(2);

    const [records, events, audit] = [
      await receiptsOf(applicant),
      await eventsOf(applicant),
      await auditOf(applicant),
    ];
    const others = [await withdraw(applicant, optional), await withdraw(applicant, optional)];
    for (const other of others) expect(other).toEqual(first);
    expect(await receiptsOf(applicant)).toEqual(records);
    expect(await eventsOf(applicant)).toEqual(events);
    expect(await auditOf(applicant)).toEqual(audit);
  });

  it('An optional consent is withdrawn after it was given, also by a worker whose clock is behind', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    world.clock.advance(-2 * second);
    expect(await withdraw(applicant, optional)).toMatchObject({ answer: 'WITHDRAWN' });
    world.clock.advance(second);
    expect((await consentRecordsOf(world.gateway, applicant.reissueId)).at(-1)?.act).toBe('WITHDRAWN');
    expect(await receiptsOf(applicant)).toHaveLength(2);
  });

  it('An optional consent that was given again can be withdrawn again', async () => {
    const applicant = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    const agree = () => perform(world, applicant.reissueId, applicant.giveConsents());
    await agree();
    const first = await withdraw(applicant, 'expiry-guidance');
    await world.owner // as if the mandatory terms had changed
      .updateTable('reissue')
      .set({ state: 'CONSENT_REQUIRED' })
      .where('reissue_id', '=', applicant.reissueId)
      .execute();
    world.clock.advance(second);
    await agree();
    const again = await withdraw(applicant, 'expiry-guidance');
    expect(again).toMatchObject({ answer: 'WITHDRAWN' });
    expect(again).not.toEqual(first);
    expect(await withdraw(applicant, 'expiry-guidance')).toEqual(again);
  });

  it('A withdrawal under a used key reports the first request', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    await withdraw(applicant, optional, 'key');
    expect(await withdraw(applicant, 'personal-information', 'key')).toMatchObject({ requestHmac: optional });
  });

  it('Only an optional consent that was given can be withdrawn', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    const before = await receiptsOf(applicant);
    expect(await withdraw(applicant, 'personal-information')).toEqual({ answer: 'MANDATORY' });
    expect(await withdraw(applicant, 'expiry-guidance')).toEqual({ answer: 'NOT_GIVEN' });
    expect(await withdraw(applicant, 'no-such-terms')).toEqual({ answer: 'NOT_GIVEN' });
    expect(await receiptsOf(applicant)).toEqual(before);
    await expect(withdraw({ reissueId: 'ri_none' } as Applicant, optional)).rejects.toThrow('no reissue');
  });

  it('An optional consent that was refused at the start cannot be withdrawn', async () => {
    const applicant = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    const consents = applicant
      .consents('issuance')
      .map((consent) => ({ ...consent, agreed: consent.termsId !== 'expiry-guidance' }));
    await perform(world, applicant.reissueId, applicant.giveConsents(consents));
    expect(await withdraw(applicant, 'expiry-guidance')).toEqual({ answer: 'NOT_GIVEN' });
    await continueTo(applicant, 'REGISTERED');
  });
});
