import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { HashingBusy, PasswordHashing } from '#activities/password';
import type { Applicant } from '../../world/applicant.js';
import { second } from '../../world/movable-clock.js';
import { cheapHashing, customer, type Person } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const wrongPassword = 'Wrong-1234';
type Activities = World['activities'];

/** Submits a password. If the activity fails, runs it again, as Temporal does. */
async function submit(applicant: Applicant, password?: string, activities = world.activities) {
  const message = await applicant.submitPassword(password);
  for (;;) {
    try {
      const result = await perform(world, applicant.reissueId, message, { activities });
      return result.code ?? result.standing.state;
    } catch {
      await delay(100 + Math.random() * 400);
    }
  }
}

async function wrongTries({ customerId }: Person): Promise<number> {
  const query = world.owner.selectFrom('password_credential').select('wrong_tries');
  return (await query.where('customer_id', '=', customerId!).executeTakeFirstOrThrow()).wrong_tries;
}

/**
 * Several reissues of one person that all wait for the password. In the product only one of them can be in this state;
 * the tries must be counted correctly even so.
 */
async function severalReissuesOf(person: Person, count: number): Promise<Applicant[]> {
  const applicants = await Promise.all(
    Array.from({ length: count }, () => walkTo(world, person, 'IDENTITY_REQUIRED')),
  );
  await world.owner
    .updateTable('reissue')
    .set({ state: 'PASSWORD_REQUIRED', password_attempts: 5 })
    .where('customer_id', '=', person.customerId ?? '')
    .execute();
  return applicants;
}

/** Password hashing that waits until the test lets it continue. */
class Held extends PasswordHashing {
  compared = 0;
  /** A set, because an interrupted step compares its password again. */
  readonly guesses = new Set<string>();
  private readonly gate = Promise.withResolvers<void>();

  release(): void {
    this.gate.resolve();
  }

  override async verify(verifier: string, password: string): Promise<boolean> {
    this.compared += 1;
    this.guesses.add(password);
    await this.gate.promise;
    return super.verify(verifier, password);
  }
}

const held = () => new Held({ slots: 2, waiting: 500 }, cheapHashing);

async function untilCompared(hashing: Held, count: number): Promise<void> {
  while (hashing.compared < count) await delay(5);
}

describe('five tries at a certificate password', () => {
  it('Five tries at a password are five when two hundred wrong ones arrive at once in several reissues', async () => {
    const person = await customer(world);
    const applicants = await severalReissuesOf(person, 8);
    const hashing = new Held({ slots: 2 }, cheapHashing);
    hashing.release();
    const activities = world.activitiesWith({ hashing });
    const codes = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        submit(applicants[index % 8]!, `Wrong-${1_000 + index}`, activities),
      ),
    );
    for (const code of codes) expect(['PASSWORD_WRONG', 'PASSWORD_LOCKED', 'TOO_MANY_STEPS']).toContain(code);
    expect(hashing.guesses.size).toBe(5);
    expect(await wrongTries(person)).toBe(5);
  });

  it('Five tries at a password are five when the worker dies after the fourth was compared and before it was recorded', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'PASSWORD_REQUIRED');
    for (let i = 0; i < 3; i += 1) await submit(applicant, wrongPassword);
    const dying = new (class extends PasswordHashing {
      override async verify(verifier: string, password: string): Promise<boolean> {
        await super.verify(verifier, password);
        throw new Error('the worker died');
      }
    })({ slots: 1 }, cheapHashing);
    const fourth = await applicant.submitPassword(wrongPassword);
    const { reissueId } = applicant;
    await expect(
      perform(world, reissueId, fourth, { activities: world.activitiesWith({ hashing: dying }) }),
    ).rejects.toThrow('died');
    expect(await wrongTries(person)).toBe(4);

    expect(await perform(world, reissueId, fourth)).toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(await wrongTries(person)).toBe(4);
    expect(await submit(applicant, wrongPassword)).toBe('PASSWORD_LOCKED');
    expect(await submit(applicant)).toBe('PASSWORD_LOCKED');
  });

  it('A right password does not give tries back to concurrent guesses', async () => {
    const person = await customer(world);
    const [owner, ...guessing] = await severalReissuesOf(person, 5);
    const hashing = held();
    const activities = world.activitiesWith({ hashing });
    const guesses = guessing.map((applicant) => submit(applicant, wrongPassword, activities));
    await untilCompared(hashing, 4);
    expect(await submit(owner!)).toBe('CONSENT_REQUIRED');
    expect(await wrongTries(person)).toBe(4);
    hashing.release();
    expect(await Promise.all(guesses)).toEqual(Array.from({ length: 4 }, () => 'PASSWORD_WRONG'));
    expect(await wrongTries(person)).toBe(4);
    expect(await submit(guessing[0]!, wrongPassword)).toBe('PASSWORD_LOCKED');
  });

  it('Five tries at a password do not include a try whose reissue ended before its result was recorded', async () => {
    const person = await customer(world);
    const guessing = await walkTo(world, person, 'PASSWORD_REQUIRED');
    const hashing = held();
    const guess = submit(guessing, wrongPassword, world.activitiesWith({ hashing }));
    await untilCompared(hashing, 1);
    const owner = await walkTo(world, person, 'PASSWORD_REQUIRED');
    hashing.release();
    expect(await guess).toBe('WRONG_STATE');
    expect(await wrongTries(person)).toBe(1);
    expect(await submit(owner)).toBe('CONSENT_REQUIRED');
    expect(await wrongTries(person)).toBe(0);
  });
});

describe('a reset while a password is being compared', () => {
  it('A reset during a comparison makes the old password void at once and costs a repeated call one try', async () => {
    const person = await customer(world);
    const [slow, resetting] = await severalReissuesOf(person, 2);
    await verifiedAs(resetting!);
    const hashing = held();
    const activities = world.activitiesWith({ hashing });
    const message = await slow!.submitPassword();
    const checking = activities.submitPassword(slow!.reissueId, message);
    const outcome = expect(checking).rejects.toThrow('reset during the comparison');
    await untilCompared(hashing, 1);

    world.clock.advance(second);
    const reset = await perform(world, resetting!.reissueId, await resetting!.resetPassword('Brand-new-1'));
    expect(reset).toMatchObject({ status: 'DONE' });
    hashing.release();
    await outcome;
    expect(await wrongTries(person)).toBe(0);
    expect(await activities.submitPassword(slow!.reissueId, message)).toMatchObject({
      code: 'PASSWORD_WRONG',
    });
    expect(await wrongTries(person)).toBe(1);
  });

  /** Marks both methods as verified in this reissue. */
  async function verifiedAs({ reissueId }: Applicant): Promise<void> {
    const query = world.owner.updateTable('identity_method').set({ verified_at: world.clock.now() });
    await query.where('reissue_id', '=', reissueId).execute();
  }
});

describe('a reset by an applicant who may not set a password yet', () => {
  it('A reset without the right to it compares nothing and reveals nothing about the password in force', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'PASSWORD_REQUIRED');
    await world.owner
      .updateTable('identity_method')
      .set({ verified_at: null, locked: true })
      .where('reissue_id', '=', applicant.reissueId)
      .where('method', '=', 'ONE_WON')
      .execute();
    const hashing = held();
    hashing.release();
    const activities = world.activitiesWith({ hashing });
    const answerTo = async (password: string) =>
      (await perform(world, applicant.reissueId, await applicant.resetPassword(password), { activities }))
        .code;
    expect(await answerTo('Brand-new-1')).toBe('MORE_IDENTITY_NEEDED');
    await world.owner
      .updateTable('reissue')
      .set({ state: 'PASSWORD_REQUIRED' })
      .where('reissue_id', '=', applicant.reissueId)
      .execute();
    expect(await answerTo(person.password)).toBe('MORE_IDENTITY_NEEDED');
    expect(hashing.compared).toBe(0);
  });
});

describe('a crowd of passwords', () => {
  it('Passwords beyond the free places are refused for now, lose no try, and are compared later', async () => {
    const people = await Promise.all(Array.from({ length: 12 }, () => customer(world)));
    const crowd = await Promise.all(people.map((person) => walkTo(world, person, 'PASSWORD_REQUIRED')));
    const hashing = new Held({ slots: 1, waiting: 3 }, cheapHashing);
    const activities: Activities = world.activitiesWith({ hashing });
    const messages = await Promise.all(crowd.map((applicant) => applicant.submitPassword(wrongPassword)));
    const check = (index: number) => activities.submitPassword(crowd[index]!.reissueId, messages[index]!);
    const first = crowd.map((_, index) => check(index).catch((error: unknown) => error));
    await untilCompared(hashing, 4);
    const busy = (await Promise.all(first.slice(4))) as HashingBusy[];
    for (const error of busy) {
      expect(error).toBeInstanceOf(HashingBusy);
      expect(Number(error.nextRetryDelay)).toBeGreaterThanOrEqual(1_000);
      expect(error.nonRetryable).toBeFalsy();
    }
    hashing.release();
    for (const result of await Promise.all(first.slice(0, 4)))
      expect(result).toMatchObject({ code: 'PASSWORD_WRONG' });
    for (let index = 4; index < 12; index += 1)
      expect(await check(index)).toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(await Promise.all(people.map(wrongTries))).toEqual(people.map(() => 1));
  });
});
