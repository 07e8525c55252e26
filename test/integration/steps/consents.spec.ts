import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { termsDigest, type TermsDocument } from '#libs/terms';
import { Applicant } from '../../world/applicant.js';
import { day, second } from '../../world/movable-clock.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { inForce, outcomeOf } from '../../world/records.js';
import { walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

describe('the terms', () => {
  it('Consents are recorded with version, digest, language, address and agent', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const consents = await world.owner
      .selectFrom('consent')
      .selectAll()
      .where('reissue_id', '=', applicant.reissueId)
      .execute();
    const expected = [...applicant.consents('identity'), ...applicant.consents('issuance')];
    expect(consents).toHaveLength(expected.length);
    for (const { termsId, ...consent } of expected)
      expect(consents).toContainEqual(
        expect.objectContaining({
          terms_id: termsId,
          ...consent,
          locale: 'ko',
          address: '192.0.2.1',
          agent: 'spec',
        }),
      );
  });

  it('Consents to another version or another text are not accepted', async () => {
    const applicant = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    const [first, ...others] = applicant.consents('issuance');
    for (const [broken, code] of [
      [{ ...first!, version: '2020-01' }, 'OUTDATED_VERSION'],
      [{ ...first!, digest: '0'.repeat(64) }, 'DIGEST_MISMATCH'],
      [{ ...first!, agreed: false }, 'NOT_AGREED'],
    ] as const) {
      const message = applicant.giveConsents([...others, broken]);
      expect(await perform(world, applicant.reissueId, message)).toMatchObject({
        code: 'CONSENT_INCOMPLETE',
        standing: { state: 'CONSENT_REQUIRED' },
      });
      expect(await outcomeOf(applicant, message.updateId)).toMatchObject({
        errors: [{ pointer: `#/consents/${others.length}`, code, message: `${broken.termsId}: ${code}` }],
      });
    }
  });

  it('Terms that change during a reissue are asked for again', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    world.clock.advance(second);
    const terms = [...world.terms, ...newVersionOf('certificate-service')];
    const activities = world.activitiesWith({ terms });
    const take = (message: Parameters<typeof perform>[2]) =>
      perform(world, applicant.reissueId, message, { activities });

    expect(await take(await applicant.requestCertificate())).toMatchObject({
      status: 'REFUSED',
      code: 'CONSENT_INCOMPLETE',
      standing: { state: 'CONSENT_REQUIRED' },
    });
    expect(await applicant.row()).toMatchObject({ consents_completed_at: null, csr: null });
    expect(await take(applicant.giveConsents(applicant.consents('issuance')))).toMatchObject({
      code: 'CONSENT_INCOMPLETE',
    });
    await take(applicant.giveConsents(applicant.consents('issuance', terms)));
    expect(await take(await applicant.requestCertificate())).toMatchObject({
      status: 'DONE',
      standing: { state: 'ISSUED' },
    });
    expect(await inForce(world, applicant.person.customerId)).toEqual([applicant.person.oldSerial]);
  });

  it('Without consents for the use of personal data no reissue begins', async () => {
    const applicant = await Applicant.of(world, await customer(world));
    const message = { ...applicant.start(), consents: [] };
    expect(await perform(world, applicant.reissueId, message)).toMatchObject({
      status: 'REFUSED',
      code: 'CONSENT_INCOMPLETE',
    });
    await expect(applicant.row()).rejects.toThrow('no row');
  });
});

/** A version of these terms, in both languages, that came into force yesterday. */
function newVersionOf(termsId: string): TermsDocument[] {
  const validFrom = new Date(world.clock.now().getTime() - day);
  return world.terms
    .filter((document) => document.termsId === termsId)
    .map((document) => {
      const text = `${document.text}A new clause.\n`;
      return { ...document, version: '2026-99', validFrom, text, digest: termsDigest(text) };
    });
}
