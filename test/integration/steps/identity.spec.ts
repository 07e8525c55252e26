import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { bankOfCustomerAt } from '#libs/db/identity';
import { answer, lastCode, lock, wrongAnswers } from '../../world/answers.js';
import { Applicant } from '../../world/applicant.js';
import { day, hour, minute, second } from '../../world/movable-clock.js';
import { customer, stranger, type Person } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { putVaultItem } from '../../world/put-vault-item.js';
import { effectOf, outcomeOf, vaultItemsOf } from '../../world/records.js';
import { walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const wrong = wrongAnswers.PHONE_CODE;

async function arrive(person?: Person): Promise<Applicant> {
  return walkTo(world, person ?? (await customer(world)), 'IDENTITY_REQUIRED');
}

describe('codes', () => {
  it('Right codes verify the identity, in one call or in several', async () => {
    const applicant = await arrive();
    expect(await answer(applicant, { ONE_WON: undefined })).toEqual(['ACCEPTED']);
    expect(await applicant.row()).toMatchObject({ state: 'IDENTITY_REQUIRED', methods: ['PHONE_CODE'] });
    expect(await answer(applicant, { PHONE_CODE: undefined })).toEqual(['ACCEPTED']);
    expect(await applicant.row()).toMatchObject({
      state: 'PASSWORD_REQUIRED',
      methods: [],
      basis: 'REISSUE',
      old_serial: applicant.person.oldSerial,
    });
  });

  it('Five wrong codes lock the method, and the reissue is rejected if no other method is left', async () => {
    const applicant = await arrive();
    for (let left = 4; left > 0; left -= 1) {
      expect(await answer(applicant, { PHONE_CODE: wrong })).toEqual(['WRONG']);
      expect(await applicant.row()).toMatchObject({ state: 'IDENTITY_REQUIRED', identity_attempts: left });
    }
    expect(await answer(applicant, { PHONE_CODE: wrong })).toEqual(['LOCKED']);
    expect((await applicant.row()).state).toBe('REJECTED');
    expect(await lastCode(applicant)).toBe('IDENTITY_LOCKED');
    expect(await answer(applicant, { PHONE_CODE: undefined })).toEqual(['WRONG_STATE']);
  });

  it('A reissue is rejected when every second method is locked', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED', { reason: 'LOST' });
    await answer(applicant, { PHONE_CODE: undefined });
    await lock(applicant, 'ONE_WON');
    expect(await applicant.row()).toMatchObject({ state: 'IDENTITY_REQUIRED', methods: ['ID_DOCUMENT'] });
    await lock(applicant, 'ID_DOCUMENT');
    expect((await applicant.row()).state).toBe('REJECTED');
  });

  it('A right code is accepted at the fifth try as at the first', async () => {
    const applicant = await arrive();
    for (let i = 0; i < 4; i += 1) await answer(applicant, { PHONE_CODE: wrong, ONE_WON: wrong });
    expect(await answer(applicant, { PHONE_CODE: undefined, ONE_WON: undefined })).toEqual([
      'ACCEPTED',
      'ACCEPTED',
    ]);
    expect((await applicant.row()).state).toBe('PASSWORD_REQUIRED');
  });

  it('Codes are compared five times, however many answers arrive at once', async () => {
    const applicant = await arrive();
    const before = world.outside.telecom.comparisons.length;
    const messages = await Promise.all(
      Array.from({ length: 20 }, () => applicant.answerChallenges({ PHONE_CODE: wrong })),
    );
    await Promise.all(messages.map((message) => perform(world, applicant.reissueId, message)));
    expect(world.outside.telecom.comparisons.length - before).toBeLessThanOrEqual(5);
    expect((await applicant.row()).state).toBe('REJECTED');
  });

  it('A right code after its time is expired and costs no try', async () => {
    const applicant = await arrive();
    const before = world.outside.telecom.comparisons.length;
    world.clock.advance(180 * second);
    expect(await answer(applicant, { PHONE_CODE: undefined, ONE_WON: undefined })).toEqual([
      'EXPIRED',
      'ACCEPTED',
    ]);
    expect(world.outside.telecom.comparisons.length).toBe(before);
    expect((await applicant.row()).identity_attempts).toBe(5);
    world.clock.advance(second);
    await perform(world, applicant.reissueId, applicant.requestChallenges(['PHONE_CODE']));
    world.clock.advance(180 * second - 1);
    expect(await answer(applicant, { PHONE_CODE: undefined })).toEqual(['ACCEPTED']);
  });

  it('A code of a transfer is valid for ten minutes', async () => {
    const applicant = await arrive();
    world.clock.advance(10 * minute);
    expect(await answer(applicant, { ONE_WON: undefined })).toEqual(['EXPIRED']);
  });

  it('A new code replaces the former, resets no counter, and is limited in number', async () => {
    const applicant = await arrive();
    for (let i = 0; i < 3; i += 1) await answer(applicant, { PHONE_CODE: wrong });
    const old = await applicant.answerChallenges({ PHONE_CODE: undefined });
    for (let sends = 2; sends <= 5; sends += 1) {
      world.clock.advance(second);
      const message = applicant.requestChallenges(['PHONE_CODE']);
      expect((await perform(world, applicant.reissueId, message)).status).toBe('DONE');
      const { challenges } = await outcomeOf(applicant, message.updateId);
      expect(challenges).toMatchObject([{ method: 'PHONE_CODE', remainingAttempts: 2 }]);
    }
    expect(
      await perform(world, applicant.reissueId, applicant.requestChallenges(['PHONE_CODE'])),
    ).toMatchObject({ status: 'REFUSED', code: 'TOO_MANY_SENDS' });
    expect(await perform(world, applicant.reissueId, old)).toMatchObject({ code: 'UNKNOWN_CHALLENGE' });
    expect(await answer(applicant, { PHONE_CODE: wrong })).toEqual(['WRONG']);
    expect(await answer(applicant, { PHONE_CODE: wrong })).toEqual(['LOCKED']);
    expect((await applicant.row()).state).toBe('REJECTED');
  });

  it('Codes are sent only for methods on offer', async () => {
    const applicant = await arrive();
    await answer(applicant, { ONE_WON: undefined });
    for (const method of ['ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE'] as const)
      expect(await perform(world, applicant.reissueId, applicant.requestChallenges([method]))).toMatchObject({
        code: 'METHOD_NOT_OFFERED',
      });
  });
});

describe('wrong answers of a person', () => {
  const failAReissue = async (person: Person) => {
    const applicant = await arrive(person);
    for (let i = 0; i < 5; i += 1) await answer(applicant, { PHONE_CODE: wrong });
    expect((await applicant.row()).state).toBe('REJECTED');
  };

  it('A person has fifteen wrong answers a day per method across reissues, until midnight in Korea', async () => {
    world.clock.set(new Date('2026-11-10T01:00:00Z'));
    const person = await customer(world);
    for (let i = 0; i < 3; i += 1) await failAReissue(person);

    world.clock.set(new Date('2026-11-10T14:59:59.999Z'));
    const tooLate = await arrive(person);
    expect(await answer(tooLate, { ONE_WON: undefined })).toEqual(['ACCEPTED']);
    expect(await answer(tooLate, { PHONE_CODE: undefined })).toEqual(['LOCKED']);
    expect((await tooLate.row()).state).toBe('REJECTED');

    world.clock.set(new Date('2026-11-10T15:00:00Z'));
    const nextDay = await arrive(person);
    expect(await answer(nextDay, { PHONE_CODE: undefined })).toEqual(['ACCEPTED']);
  });

  it('Wrong answers do not count for other persons, and right answers do not count', async () => {
    const person = await customer(world);
    for (let i = 0; i < 3; i += 1) await failAReissue(person);
    await walkTo(world, await customer(world), 'PASSWORD_REQUIRED');

    const often = await customer(world);
    for (let i = 0; i < 16; i += 1) await walkTo(world, often, 'PASSWORD_REQUIRED');
  });
});

describe('a person the bank does not know', () => {
  /** Everything that the customer and the providers see of a start, without values that differ in each reissue. */
  async function visible(person: Person) {
    const applicant = await Applicant.of(world, person);
    const message = applicant.start();
    const result = await perform(world, applicant.reissueId, message);
    const { challenges = [], reissue } = await outcomeOf(applicant, message.updateId);
    const { id: _1, receiptNumber: _2, ...about } = reissue;
    const row = await applicant.row();
    return {
      applicant,
      seen: {
        status: result.status,
        standing: result.standing,
        refLength: result.customerRef?.length,
        about,
        challenges: challenges.map(({ challengeId, hint, ...more }) => ({
          ...more,
          id: challengeId.replace(/[0-9a-f]{32}$/, '…'),
          hint: hint?.replace(/\d/g, '0'),
        })),
        columns: Object.entries(row)
          .filter(([name, value]) => value !== null && name !== 'customer_id')
          .map(([name]) => name),
      },
    };
  }

  it('An unknown person gets the same answers, hints and columns', async () => {
    const known = await visible(await customer(world));
    const unknown = await visible(stranger(world));
    expect(unknown.seen).toEqual(known.seen);
  });

  it('An unknown person gets the same results for wrong answers and the same rejection', async () => {
    const known = await visible(await customer(world));
    const unknown = await visible(stranger(world));
    for (const { applicant } of [known, unknown]) {
      const offered = async () => (await applicant.row()).methods;
      expect(await answer(applicant, { PHONE_CODE: undefined })).toEqual(['ACCEPTED']);
      const untilLocked = ['WRONG', 'WRONG', 'WRONG', 'WRONG', 'LOCKED'];
      expect(await lock(applicant, 'ONE_WON')).toEqual(untilLocked);
      expect(await offered()).toEqual(['ID_DOCUMENT', 'OLD_CERTIFICATE']);
      expect(await lock(applicant, 'OLD_CERTIFICATE')).toEqual(untilLocked);
      expect(await lock(applicant, 'ID_DOCUMENT')).toEqual(untilLocked);
      expect(await lastCode(applicant)).toBe('IDENTITY_LOCKED');
    }
  });

  it('An unknown person gets the same hint each time', async () => {
    const person = stranger(world);
    const hints = async () => {
      const { applicant } = await visible(person);
      const rows = await world.owner
        .selectFrom('challenge')
        .select(['hint', 'account_bank'])
        .where('reissue_id', '=', applicant.reissueId)
        .orderBy('method')
        .execute();
      return rows;
    };
    expect(await hints()).toEqual(await hints());
  });

  it('A customer gets the name of the bank with the account, and an unknown person that of a bank of customers', async () => {
    const setBank = (bank: string, person: Person) =>
      world.owner
        .updateTable('customer')
        .set({ bank_code: bank })
        .where('customer_id', '=', person.customerId!)
        .execute();
    const person = await customer(world);
    await setBank('088', person);
    const banks = ({ seen }: Awaited<ReturnType<typeof visible>>) =>
      seen.challenges.map(({ method, bank }) => [method, bank]);
    expect(banks(await visible(person))).toEqual([
      ['ONE_WON', { ko: '신한은행', en: 'Shinhan Bank' }],
      ['PHONE_CODE', undefined],
    ]);
    const [, phone] = banks(await visible(stranger(world)));
    expect(phone).toEqual(['PHONE_CODE', undefined]);
  });

  it('The banks of unknown persons are those of customers, as often as customers have them', async () => {
    await sql`
      INSERT INTO customer (customer_id, customer_ref, ci, name, mobile, bank_code, account_number, created_at)
      SELECT gen_random_uuid(), 'bank-' || n, 'bank-' || n, '홍가상', '01000000000', CASE n % 4 WHEN 0 THEN '004' ELSE '088' END,
        '11000000000', now()
      FROM generate_series(1, 2000) AS n`.execute(world.owner);
    const { rows } = await sql<{ bank: string; share: number }>`
      WITH drawn AS MATERIALIZED (SELECT gen_random_uuid() AS id FROM generate_series(1, 4000))
      SELECT ${bankOfCustomerAt(sql.ref('drawn.id'))} AS bank, count(*) / 4000.0::float AS share FROM drawn
      GROUP BY bank ORDER BY share`.execute(world.owner);
    expect(rows.filter(({ share }) => share > 0.1).map(({ bank }) => bank)).toEqual(['004', '088']);
    // Five standard deviations.
    expect(Math.abs(rows.find(({ bank }) => bank === '004')!.share - 0.25)).toBeLessThan(0.06);
  });

  it('No transfer is sent for an unknown person', async () => {
    const before = world.outside.oneWon.sends.length;
    await visible(stranger(world));
    expect(world.outside.oneWon.sends.length).toBe(before);
  });
});

describe('an applicant who proves another identity', () => {
  it('A person is rejected when a provider names another CI than the bank has', async () => {
    const person = await customer(world);
    world.outside.oneWon.knows(person, 'x'.repeat(88));
    const applicant = await arrive(person);
    expect(await answer(applicant, { PHONE_CODE: undefined, ONE_WON: undefined })).toEqual([
      'ACCEPTED',
      'ACCEPTED',
    ]);
    expect((await applicant.row()).state).toBe('REJECTED');
    expect(await lastCode(applicant)).toBe('IDENTITY_MISMATCH');
    expect(await vaultItemsOf(applicant)).toBe(0);
  });

  it('A person with another CI learns nothing of the certificate on file', async () => {
    const person = await customer(world);
    world.outside.telecom.knows(person, 'y'.repeat(88));
    const applicant = await arrive(person);
    await answer(applicant, { PHONE_CODE: undefined, ONE_WON: undefined });
    expect(await applicant.row()).toMatchObject({ state: 'REJECTED', basis: null, old_serial: null });
  });
});

describe('an envelope', () => {
  const refused = { status: 'REFUSED', code: 'ENVELOPE_REFUSED' };

  it.each([
    ['another reissue', { sub: `ri_${'0'.repeat(32)}` }],
    ['another purpose', { purpose: 'password' as const }],
    ['another front end', { client: 'other' }],
    ['another key', { keyThumbprint: 'A'.repeat(43) }],
  ])('An envelope made for %s is refused and costs no try', async (_name, sealing) => {
    const applicant = await arrive();
    const message = await applicant.answerChallenges({ PHONE_CODE: undefined }, sealing);
    const before = await effectOf(applicant);
    expect(await perform(world, applicant.reissueId, message)).toMatchObject(refused);
    expect(await effectOf(applicant)).toEqual(before);
  });

  it('An envelope that does not exist is refused', async () => {
    const applicant = await arrive();
    const message = await applicant.answerChallenges({ PHONE_CODE: undefined });
    await world.owner.deleteFrom('vault_item').where('reissue_id', '=', applicant.reissueId).execute();
    expect(await perform(world, applicant.reissueId, message)).toMatchObject(refused);
  });

  it('An envelope of another reissue of the same person is refused under its own handle too', async () => {
    const person = await customer(world);
    const first = await arrive(person);
    const second = await arrive(person);
    const theirs = await first.answerChallenges({ PHONE_CODE: undefined });
    const mine = await second.answerChallenges({ PHONE_CODE: undefined });
    const stolen = theirs.answers[0]!.answer;
    const answers = [{ challengeId: mine.answers[0]!.challengeId, answer: stolen }];
    expect(await perform(world, second.reissueId, { ...mine, answers })).toMatchObject(refused);
  });

  it('The age of an envelope counts from its arrival, not from its opening', async () => {
    const applicant = await arrive();
    const message = await applicant.submitPassword();
    const row = await world.owner
      .selectFrom('vault_item')
      .selectAll()
      .where('handle', '=', message.password)
      .executeTakeFirstOrThrow();
    const { unbound: _, ...item } = row;
    const late = { ...item, handle: 'late', created_at: new Date(row.created_at.getTime() + hour) };
    const about = {
      purpose: 'password' as const,
      challenge_id: null,
      key_thumbprint: applicant.key.thumbprint,
    };
    await putVaultItem(world.gateway, late, { jti: randomUUID(), ...about });
    world.clock.advance(3 * day);
    const secrets = { ...message, password: message.password };
    await world.owner
      .updateTable('reissue')
      .set({ state: 'PASSWORD_REQUIRED' })
      .where('reissue_id', '=', applicant.reissueId)
      .execute();
    expect(
      await perform(world, applicant.reissueId, { ...secrets, updateId: 'late', password: 'late' }),
    ).toMatchObject(refused);
    expect(await perform(world, applicant.reissueId, secrets)).toMatchObject({ status: 'DONE' });
  });
});

describe('a challenge', () => {
  it('A challenge of another reissue is unknown, and so is one that is named twice', async () => {
    const [mine, other] = [await arrive(), await arrive()];
    const message = await mine.answerChallenges({ PHONE_CODE: undefined });
    const foreign = await other.answerChallenges({ PHONE_CODE: undefined });
    const [answered] = message.answers;
    const unknown = { status: 'REFUSED', code: 'UNKNOWN_CHALLENGE' };
    const stolen = { ...message, answers: [{ ...answered!, challengeId: foreign.answers[0]!.challengeId }] };
    expect(await perform(world, mine.reissueId, stolen)).toMatchObject(unknown);
    const twice = { ...message, answers: [answered!, answered!] };
    expect(await perform(world, mine.reissueId, twice)).toMatchObject(unknown);
    expect(await perform(world, mine.reissueId, message)).toMatchObject({ status: 'DONE' });
    const again = await mine.answerChallenges({ PHONE_CODE: undefined });
    expect(await perform(world, mine.reissueId, again)).toMatchObject(unknown);
  });
});
