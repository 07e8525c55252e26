import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PasswordHashing } from '#activities/password';
import type { PasswordRuleCode } from '#libs/domain';
import type { Applicant } from '../../world/applicant.js';
import { second } from '../../world/movable-clock.js';
import { customer, rightPassword, type Person } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { outcomeOf } from '../../world/records.js';
import { walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const arrive = async (person?: Person) =>
  walkTo(world, person ?? (await customer(world)), 'PASSWORD_REQUIRED');

/** Resets the password. @returns the rules that the new password breaks; empty if it was accepted */
async function reset(applicant: Applicant, password: string): Promise<PasswordRuleCode[]> {
  world.clock.advance(second);
  const message = await applicant.resetPassword(password);
  const result = await perform(world, applicant.reissueId, message);
  if (result.status === 'DONE') return [];
  const outcome = await outcomeOf(applicant, message.updateId);
  if (outcome.status !== 'REFUSED') throw new Error('refused, and recorded as done');
  expect(outcome.code).toBe('PASSWORD_RULES');
  for (const error of outcome.errors ?? []) expect(error.pointer).toBe('#/newPassword');
  return (outcome.errors ?? []).map(({ code }) => code as PasswordRuleCode);
}

async function verifierOf({ customerId }: Person): Promise<string> {
  const row = await world.owner
    .selectFrom('password_credential')
    .select('verifier')
    .where('customer_id', '=', customerId!)
    .executeTakeFirstOrThrow();
  return row.verifier;
}

describe('a new certificate password', () => {
  it('A new certificate password holds no data of its owner and is on no list', async () => {
    const person = await customer(world);
    const applicant = await arrive(person);
    const before = await verifierOf(person);
    expect(await reset(applicant, 'ghdrktkd-4471!')).toEqual(['CONTAINS_NAME']);
    expect(await reset(applicant, `xkq!w${person.mobile.slice(-7)}`)).toEqual(['CONTAINS_NUMBER']);
    expect(await reset(applicant, `xkq!w${person.account.slice(0, 8)}`)).toEqual(['CONTAINS_NUMBER']);
    expect(await reset(applicant, `xkq!w${person.rrn.slice(5)}`)).toEqual(['CONTAINS_NUMBER']);
    expect(await reset(applicant, `xkq!w${person.rrn.slice(0, 6)}`)).toEqual(['CONTAINS_BIRTH_DATE']);
    expect(await reset(applicant, 'Password1!')).toEqual(['TOO_COMMON']);
    expect(await verifierOf(person)).toBe(before);
    expect(await reset(applicant, 'Brand-new-1')).toEqual([]);
  });

  it('A password check that needs the resident number records the access', async () => {
    const person = await customer(world);
    const applicant = await arrive(person);
    await reset(applicant, 'too-short');
    const accesses = () =>
      world.owner
        .selectFrom('rrn_access')
        .select(['purpose', 'actor'])
        .where('reissue_id', '=', applicant.reissueId)
        .execute();
    expect(await accesses()).toEqual([]);
    await reset(applicant, 'Brand-new-1');
    expect(await accesses()).toEqual([{ purpose: 'PASSWORD_RULES', actor: 'worker' }]);
  });

  it('A new certificate password is none of the last five, and may equal the sixth', async () => {
    const person = await customer(world);
    const set = async (password: string) => reset(await arrive(person), password);
    expect(await set(rightPassword)).toEqual(['RECENTLY_USED']);
    const later = ['river-1-Stone', 'river-2-Stone', 'river-3-Stone', 'river-4-Stone'];
    for (const password of later) expect(await set(password)).toEqual([]);
    for (const password of [rightPassword, ...later]) expect(await set(password)).toEqual(['RECENTLY_USED']);
    expect(await set('river-5-Stone')).toEqual([]);
    expect(await set(rightPassword)).toEqual([]);
    const kept = await world.owner
      .selectFrom('password_history')
      .select('verifier')
      .where('customer_id', '=', person.customerId!)
      .execute();
    expect(kept).toHaveLength(4);
  });
});

describe('the verifier of a certificate password', () => {
  const dearer = new PasswordHashing({ slots: 2 }, { memoryCost: 64, timeCost: 2, parallelism: 1 });

  it('The verifier of a password is replaced at today’s cost after a right password only', async () => {
    const person = await customer(world);
    const activities = world.activitiesWith({ hashing: dearer });
    const applicant = await arrive(person);
    const before = await verifierOf(person);
    const take = async (password?: string) =>
      perform(world, applicant.reissueId, await applicant.submitPassword(password), { activities });

    expect(await take('Wrong-1234')).toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(await verifierOf(person)).toBe(before);
    expect(await take()).toMatchObject({ status: 'DONE' });
    const upgraded = await verifierOf(person);
    expect(upgraded).toMatch(/^\$argon2id\$v=19\$m=64,t=2,p=1\$/);

    const next = await arrive(person);
    expect(await perform(world, next.reissueId, await next.submitPassword(), { activities })).toMatchObject({
      status: 'DONE',
    });
    expect(await verifierOf(person)).toBe(upgraded);
  });

  it('A verifier that is replaced during a comparison is void, and the new one counts', async () => {
    const person = await customer(world);
    const applicant = await arrive(person);
    const fresh = await dearer.hash('Brand-new-1');
    class Meanwhile extends PasswordHashing {
      private replaced = false;
      override async verify(verifier: string, password: string): Promise<boolean> {
        const matches = await super.verify(verifier, password);
        if (!this.replaced)
          await world.owner
            .updateTable('password_credential')
            .set({ verifier: fresh })
            .where('customer_id', '=', person.customerId!)
            .execute();
        this.replaced = true;
        return matches;
      }
    }
    const activities = world.activitiesWith({ hashing: new Meanwhile({ slots: 1 }) });
    const message = await applicant.submitPassword();
    await expect(activities.submitPassword(applicant.reissueId, message)).rejects.toThrow(
      'reset during the comparison',
    );
    expect(await activities.submitPassword(applicant.reissueId, message)).toMatchObject({
      code: 'PASSWORD_WRONG',
    });
    expect((await applicant.row()).password_attempts).toBe(4);
  });
});
