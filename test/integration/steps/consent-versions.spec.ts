import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { consentRecordsOf } from '#libs/db/reissues';
import { termsDigest, termsInForce, type TermsDocument } from '#libs/terms';
import { Applicant } from '../../world/applicant.js';
import { minute } from '../../world/movable-clock.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { auditOf, eventsOf, expectSoundRecords, outcomeOf } from '../../world/records.js';
import { walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

type Message = Parameters<typeof perform>[2];

/** Terms with a new version that comes into force in five minutes, and a function that runs steps with these terms. */
function soonChanged(...termsIds: string[]) {
  const validFrom = new Date(world.clock.now().getTime() + 5 * minute);
  const next = world.terms
    .filter(({ termsId }) => termsIds.includes(termsId))
    .map((document): TermsDocument => {
      const text = `${document.text}A new clause.\n`;
      return { ...document, version: '2026-99', validFrom, text, digest: termsDigest(text) };
    });
  const terms = [...world.terms, ...next];
  const activities = world.activitiesWith({ terms });
  return {
    terms,
    take: ({ reissueId }: Applicant, message: Message) => perform(world, reissueId, message, { activities }),
  };
}

const faultsOf = async (applicant: Applicant, { updateId }: { updateId: string }) => {
  const outcome = await outcomeOf(applicant, updateId);
  return outcome.status === 'REFUSED' ? outcome.errors?.map(({ message }) => message) : [];
};

describe('terms of which a new version comes into force', () => {
  it('A new version of terms that begins while the customer reads is named and must be agreed to', async () => {
    const applicant = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    const { terms, take } = soonChanged('certificate-service', 'subscriber-duties');
    const read = applicant.consents('issuance', terms);
    world.clock.advance(5 * minute);

    const late = applicant.giveConsents(read);
    expect(await take(applicant, late)).toMatchObject({ code: 'CONSENT_INCOMPLETE' });
    expect(await faultsOf(applicant, late)).toEqual([
      'certificate-service: OUTDATED_VERSION',
      'subscriber-duties: OUTDATED_VERSION',
    ]);
    const again = applicant.giveConsents(applicant.consents('issuance', terms));
    expect(await take(applicant, again)).toMatchObject({ standing: { state: 'KEY_REQUIRED' } });
    await expectSoundRecords(applicant);
  });

  it('A new version of terms that begins after the consent is named before issuance, and both consents are kept', async () => {
    const applicant = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    const { terms, take } = soonChanged('subscriber-duties');
    await take(applicant, applicant.giveConsents(applicant.consents('issuance', terms)));
    world.clock.advance(5 * minute);

    const request = await applicant.requestCertificate();
    expect(await take(applicant, request)).toMatchObject({
      code: 'CONSENT_INCOMPLETE',
      standing: { state: 'CONSENT_REQUIRED' },
    });
    expect(await faultsOf(applicant, request)).toEqual(['subscriber-duties: TERMS_CHANGED']);
    expect((await eventsOf(applicant)).at(-1)?.data).toMatchObject({ code: 'TERMS_CHANGED' });
    expect((await auditOf(applicant)).at(-1)).toMatchObject({ reason: 'CONSENT_INCOMPLETE' });

    await take(applicant, applicant.giveConsents(applicant.consents('issuance', terms)));
    expect(await take(applicant, await applicant.requestCertificate())).toMatchObject({
      standing: { state: 'ISSUED' },
    });
    const records = await consentRecordsOf(world.gateway, applicant.reissueId);
    const versions = records.filter(({ terms_id }) => terms_id === 'subscriber-duties');
    expect(versions.map(({ version, agreed }) => [version, agreed])).toEqual([
      ['2026-01', true],
      ['2026-99', true],
    ]);
    await expectSoundRecords(applicant);
  });

  it('A new version of optional terms, or of terms of the start, is not asked for after that step', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const { take } = soonChanged('expiry-guidance', 'personal-information', 'marketing-notices');
    world.clock.advance(5 * minute);
    expect(await take(applicant, await applicant.requestCertificate())).toMatchObject({
      standing: { state: 'ISSUED' },
    });
  });

  it('A new version of terms that begins between gateway and worker opens no reissue', async () => {
    const applicant = await Applicant.of(world, await customer(world));
    const { terms, take } = soonChanged('personal-information');
    const start = applicant.start();
    world.clock.advance(5 * minute);
    expect(await take(applicant, start)).toMatchObject({ status: 'REFUSED', code: 'CONSENT_INCOMPLETE' });
    await expect(applicant.row()).rejects.toThrow('no row');
    expect(await consentRecordsOf(world.gateway, applicant.reissueId)).toEqual([]);

    const next = await Applicant.of(world, applicant.person);
    const again = { ...next.start(), consents: next.consents('identity', terms) };
    expect(await take(next, again)).toMatchObject({
      status: 'DONE',
      standing: { state: 'IDENTITY_REQUIRED' },
    });
  });
});

describe('a hostile client', () => {
  it('A client that agrees to terms of another stage has agreed to nothing', async () => {
    const applicant = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    const foreign = applicant.consents('identity')[0]!;
    const message = applicant.giveConsents([...applicant.consents('issuance'), foreign]);
    expect(await perform(world, applicant.reissueId, message)).toMatchObject({ code: 'CONSENT_INCOMPLETE' });
    expect(await faultsOf(applicant, message)).toEqual([`${foreign.termsId}: UNKNOWN_TERMS`]);
  });

  it('A client that agrees and refuses at once gets one record, which is the refusal', async () => {
    const applicant = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    const consents = applicant.consents('issuance');
    const optional = consents.find(({ termsId }) => termsId === 'expiry-guidance')!;
    const many = Array.from({ length: 15 }, () => [optional, { ...optional, agreed: false }]).flat();
    await perform(world, applicant.reissueId, applicant.giveConsents([...consents, ...many]));
    const records = await consentRecordsOf(world.gateway, applicant.reissueId);
    expect(records.filter(({ terms_id }) => terms_id === optional.termsId)).toMatchObject([
      { agreed: false },
    ]);
    expect((await applicant.row()).state).toBe('KEY_REQUIRED');
  });

  it('A consent is recorded in the language of the digest, not in the claimed language', async () => {
    const applicant = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    const english = termsInForce(world.terms, 'issuance', 'en', world.clock.now()).map(
      ({ termsId, version, digest }) => ({ termsId, version, digest, agreed: true, locale: 'ko' }),
    );
    await perform(world, applicant.reissueId, applicant.giveConsents(english));
    const records = await consentRecordsOf(world.gateway, applicant.reissueId);
    const issuance = records.filter(({ terms_id }) => english.some(({ termsId }) => termsId === terms_id));
    expect(new Set(issuance.map(({ locale }) => locale))).toEqual(new Set(['en']));
  });
});
