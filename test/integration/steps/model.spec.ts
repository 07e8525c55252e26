import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FindingCollector } from '#libs/audit-proofs';
import { verifyTables } from '#libs/audit-log';
import {
  accepts,
  isFinal,
  messages,
  nextStates,
  reasons,
  type Message,
  type State,
  type StepResult,
} from '#libs/domain';
import { KeyPair } from '../../support/key-pair.js';
import type { Applicant } from '../../world/applicant.js';
import { hour, minute, second } from '../../world/movable-clock.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { eventsOf, expectSoundRecords, inForce, vaultItemsOf } from '../../world/records.js';
import { ordinaryPath, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

/** By default the same stories in each run; RESEAL_STORIES=1000 makes 1000 random ones. */
const stories = Number(process.env.RESEAL_STORIES ?? 0);
const search = stories > 0 ? { numRuns: stories } : { numRuns: 40, seed: 20_261_105 };

const rightCodes = { PHONE_CODE: undefined, ONE_WON: undefined };

/** An event in a reissue: its message in the table of the domain, and the function that causes it. */
interface Happening {
  /** Undefined if it is not a message of the customer. */
  readonly message?: Message;
  readonly act: (applicant: Applicant) => Promise<StepResult | undefined>;
}

const say =
  (make: (applicant: Applicant) => Parameters<typeof perform>[2] | Promise<Parameters<typeof perform>[2]>) =>
  async (applicant: Applicant) =>
    perform(world, applicant.reissueId, await make(applicant));

/** Advances the clock, and handles the wake-up as the workflow does. */
const pass = (ms: number) => async (applicant: Applicant) => {
  world.clock.advance(ms);
  return world.activities.applyDeadlines(applicant.reissueId);
};

const happenings: Readonly<Record<string, Happening>> = {
  'the phone code is right': {
    message: 'answerChallenges',
    act: say((applicant) => applicant.answerChallenges({ PHONE_CODE: undefined })),
  },
  'the phone code is wrong': {
    message: 'answerChallenges',
    act: say((applicant) => applicant.answerChallenges({ PHONE_CODE: '000000' })),
  },
  'codes are sent again': {
    message: 'requestChallenges',
    act: (applicant) => {
      world.clock.advance(second);
      return say(() => applicant.requestChallenges(['PHONE_CODE']))(applicant);
    },
  },
  'the password is wrong': {
    message: 'submitPassword',
    act: say((each) => each.submitPassword('Wrong-1234')),
  },
  'the password is reset': {
    message: 'resetPassword',
    act: say((each) => each.resetPassword('Brand-new-1')),
  },
  'consents are missing': { message: 'giveConsents', act: say((each) => each.giveConsents([])) },
  'another key is to be certified': {
    message: 'requestCertificate',
    act: say(async (each) => each.requestCertificate(await KeyPair.make())),
  },
  'the proof is wrong': {
    message: 'proveRegistration',
    act: say(async (each) => each.proveRegistration(await KeyPair.make())),
  },
  'the customer cancels': { message: 'cancel', act: say((each) => each.cancel()) },
  'the provider breaks': {
    message: 'answerChallenges',
    act: async (applicant) => {
      world.outside.telecom.fault = 'down';
      try {
        return await say((each) => each.answerChallenges(rightCodes))(applicant);
      } finally {
        world.outside.telecom.fault = undefined;
      }
    },
  },
  'the signer breaks': {
    message: 'requestCertificate',
    act: async (applicant) => {
      const broken = { ...world, signing: { issueCertificate: () => Promise.reject(new Error('broken')) } };
      return perform(broken, applicant.reissueId, await applicant.requestCertificate());
    },
  },
  'an operator retries': {
    act: async (applicant) => {
      const { park_sequence: parkSequence } = await applicant.row();
      const retry = { kind: 'retry', operator: 'staff:oscar', reason: 'mended', parkSequence } as const;
      return perform(world, applicant.reissueId, retry);
    },
  },
  'an operator abandons': {
    act: say(() => ({ kind: 'abandon', operator: 'staff:oscar', reason: 'broken' })),
  },
  'four minutes pass': { act: pass(4 * minute) },
  'half an hour passes': { act: pass(30 * minute) },
  'three days pass': { act: pass(73 * hour) },
  'a newer reissue is verified and given up': {
    act: async ({ person }) => {
      world.clock.advance(1);
      const newer = await walkTo(world, person, 'PASSWORD_REQUIRED');
      await perform(world, newer.reissueId, newer.cancel());
      return undefined;
    },
  },
};

/** The next event of the ordinary path in this state; undefined at the end of the path. */
const next = (state: State): Happening | undefined => {
  const step = ordinaryPath[ordinaryPath.findIndex(([each]) => each === state) + 1];
  if (!step) return undefined;
  const [, make] = step;
  const message = messages.find(
    (each) => accepts(state, each) && !['cancel', 'requestChallenges'].includes(each),
  );
  return { ...(message ? { message } : {}), act: say(make) };
};

/** The next step of the ordinary path is the most likely; otherwise no reissue would get far. */
const story = fc.record({
  reason: fc.constantFrom(...reasons),
  happenings: fc.array(
    fc.oneof(
      { arbitrary: fc.constant('the next step'), weight: 5 },
      { arbitrary: fc.constantFrom(...Object.keys(happenings)), weight: 2 },
    ),
    { minLength: 5, maxLength: 15 },
  ),
});

/** The old certificate is in force until the new one is, unless the reason requires an earlier hold or revocation. */
async function expectOneInForce(applicant: Applicant): Promise<void> {
  const { reason, state, serial, identity_verified_at: known } = await applicant.row();
  const protectedEarly = known !== null && (reason === 'LOST' || reason === 'KEY_COMPROMISED');
  const expected = state === 'REGISTERED' ? [serial] : protectedEarly ? [] : [applicant.person.oldSerial];
  expect(await inForce(world, applicant.person.customerId)).toEqual(expected);
}

/** A refused message changed nothing; an accepted one led to a state that the table allows. */
function expectByTheTable(
  message: Message | undefined,
  before: { state: State; parked_step: string | null },
  after: { state: State },
  result: StepResult | undefined,
): void {
  if (!message) return;
  const open = !before.parked_step || message === 'cancel';
  if (open) expect(result?.code === 'WRONG_STATE').toBe(!accepts(before.state, message));
  else expect(result).toMatchObject({ status: 'REFUSED', code: 'PARKED' });
  const allowed = open ? [before.state, ...nextStates(before.state, message)] : [before.state];
  // The result of the CA belongs to the same request.
  if (allowed.includes('ISSUING')) allowed.push('ISSUED');
  expect(allowed).toContain(after.state);
}

describe('whatever happens, in whatever order,', () => {
  it(
    'A reissue follows the transition table and leaves the customer one certificate in force, for any sequence of messages',
    async () => {
      const ends = new Map<State, number>();
      await fc.assert(
        fc.asyncProperty(story, async ({ reason, happenings: names }) => {
          const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED', { reason });
          for (const name of names) {
            const before = await applicant.row();
            const happening = name === 'the next step' ? next(before.state) : happenings[name];
            const result = await happening?.act(applicant);
            const after = await applicant.row();
            expectByTheTable(happening?.message, before, after, result);
            if (result) expect(result.standing.state).toBe(after.state);
            if (isFinal(before.state)) expect(after.state).toBe(before.state);
            await expectOneInForce(applicant);
          }
          await expectEveryMoveListed(applicant);
          await expectSoundRecords(applicant);
          const { state } = await applicant.row();
          if (isFinal(state)) expect(await vaultItemsOf(applicant)).toBe(0);
          ends.set(state, (ends.get(state) ?? 0) + 1);
        }),
        search,
      );
      // The stories reached every kind of end.
      expect([...ends.keys()]).toEqual(
        expect.arrayContaining(['REGISTERED', 'CANCELLED', 'TIMED_OUT', 'WITHDRAWN']),
      );
    },
    180_000 + 1_000 * stories,
  );

  it('Every row equals the replay of its entries, for any sequence of messages', async () => {
    const report = new FindingCollector();
    await verifyTables(world.as('worker'), report);
    expect(report.verdict()).toEqual({ valid: true, findings: [], unproven: [] });
  });
});

/** Checks that the table lists every published change of state. */
async function expectEveryMoveListed(applicant: Applicant): Promise<void> {
  for (const { data } of await eventsOf(applicant)) {
    const { previousState: from, state: to } = data as { previousState?: State | null; state?: State };
    if (!from || from === to) continue;
    expect(messages.some((message) => nextStates(from, message).includes(to!))).toBe(true);
  }
}
