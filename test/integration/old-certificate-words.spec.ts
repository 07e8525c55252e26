import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changeOne } from '#activities/revocation';
import { certificateStatuses } from '#libs/db/certificates';
import { gatewayQueries } from '../../apps/gateway/src/queries.js';
import { ReissueReader } from '../../apps/gateway/src/reissue-queries/reissue-reader.js';
import { oldCertificateCaseOf } from '../../apps/web/reissue/flow/old-certificate.js';
import { pageEnglish } from '../../apps/web/reissue/words/en.js';
import { pageKorean } from '../../apps/web/reissue/words/ko.js';
import type { OcspStatus } from '../support/certificate-status.js';
import { expectTextStatesStatus } from '../support/status-words.js';
import type { Applicant } from '../world/applicant.js';
import { customer, type Person } from '../world/people.js';
import { perform } from '../world/perform.js';
import { outcomeOf } from '../world/records.js';
import { continueTo, walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const reasons = ['EXPIRED', 'LOST', 'PASSWORD_FORGOTTEN', 'KEY_COMPROMISED'] as const;
const states = ['IDENTITY_REQUIRED', 'PASSWORD_REQUIRED', 'KEY_REQUIRED', 'ISSUED'] as const;
/** The row from which the OCSP responder answers. */
async function ocspOf(person: Person): Promise<OcspStatus> {
  const [row] = await certificateStatuses(world.as('status', 1), [person.oldSerial!]);
  return row!.revoked_at ? 'revoked' : row!.hold_at ? 'onHold' : 'good';
}

describe('the status of the old certificate that a cancelling customer sees', () => {
  const cases = reasons.flatMap((reason) => states.map((state) => [reason, state] as const));

  it.each(cases)(
    'A cancellation because of %s in %s notifies of the status that OCSP gives for the old certificate',
    async (reason, state) => {
      const person = await customer(world);
      const applicant = await comeTo(state, person, reason);
      const reader = new ReissueReader(gatewayQueries(world.gateway), world.clock.now);
      const { reissue: before } = await reader.get(applicant.reissueId);
      const status = await ocspOf(person);
      for (const words of [pageKorean, pageEnglish])
        expectTextStatesStatus(words.cancelAsk(state === 'ISSUED', oldCertificateCaseOf(before)), status);

      const cancel = applicant.cancel();
      await perform(world, applicant.reissueId, cancel);
      expect(await ocspOf(person)).toBe(status);
      const { reissue } = await outcomeOf(applicant, cancel.updateId);
      const { text } = reissue.ended!;
      if (reissue.oldCertificate) {
        expect(reissue.oldCertificate.serial).toBe(person.oldSerial);
        for (const language of ['ko', 'en'] as const) expectTextStatesStatus(text[language], status);
      } else expect(`${text.ko} ${text.en}`).not.toMatch(/기존 인증서|old certificate/);

      const sms = smsOf(applicant.reissueId, state === 'ISSUED' ? 'WITHDRAWN' : 'CANCELLED');
      // Before the identity is verified, the customer gets no message.
      if (state === 'IDENTITY_REQUIRED') return expect(sms).toBeUndefined();
      expectTextStatesStatus(sms!, status);
    },
  );

  it('The notification of a cancellation follows later changes of the old certificate by the bank', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'KEY_REQUIRED', { reason: 'LOST' });
    const bank = { db: world.as('signer', 1), clock: world.clock.now, actor: 'operator:spec' };
    await changeOne(bank, person.oldSerial!, { act: 'release' });
    const cancel = applicant.cancel();
    await perform(world, applicant.reissueId, cancel);
    expect((await outcomeOf(applicant, cancel.updateId)).reissue.oldCertificate?.standing).toBe('VALID');
    expectTextStatesStatus(smsOf(applicant.reissueId, 'CANCELLED')!, 'good');
  });
});

async function comeTo(
  state: (typeof states)[number],
  person: Person,
  reason: (typeof reasons)[number],
): Promise<Applicant> {
  const early = state === 'IDENTITY_REQUIRED' || state === 'PASSWORD_REQUIRED';
  if (early || reason !== 'PASSWORD_FORGOTTEN') return walkTo(world, person, state, { reason });
  const applicant = await walkTo(world, person, 'PASSWORD_REQUIRED', { reason });
  await perform(world, applicant.reissueId, await applicant.resetPassword('Another-2468-Seal'));
  await continueTo(applicant, state);
  return applicant;
}

function smsOf(reissueId: string, moment: 'CANCELLED' | 'WITHDRAWN'): string | undefined {
  return world.outside.messenger.texts.find(({ messageId }) => messageId === `${reissueId}.${moment}`)?.text;
}
