import type { OpenState, State } from '#libs/domain';
import { Applicant, type Application } from './applicant.js';
import { perform, type Performance } from './perform.js';
import type { Person } from './people.js';
import type { World } from './world.js';

/** The steps of the ordinary path, each with the state that it leads to. */
export const ordinaryPath: readonly (readonly [
  State,
  (applicant: Applicant) => Parameters<typeof perform>[2] | Promise<Parameters<typeof perform>[2]>,
])[] = [
  ['IDENTITY_REQUIRED', (applicant) => applicant.start()],
  [
    'PASSWORD_REQUIRED',
    (applicant) => applicant.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined }),
  ],
  ['CONSENT_REQUIRED', (applicant) => applicant.submitPassword()],
  ['KEY_REQUIRED', (applicant) => applicant.giveConsents()],
  ['ISSUED', (applicant) => applicant.requestCertificate()],
  ['REGISTERED', (applicant) => applicant.proveRegistration()],
];

/** Starts a reissue for this person and continues until it is in `state`. */
export async function walkTo(
  world: World,
  person: Person,
  state: Exclude<OpenState, 'ISSUING'> | 'REGISTERED',
  application: Application & Performance = {},
): Promise<Applicant> {
  const applicant = await Applicant.of(world, person, application);
  await continueTo(applicant, state, application);
  return applicant;
}

/** Continues a reissue until it is in `state`. */
export async function continueTo(
  applicant: Applicant,
  state: State,
  performance: Performance = {},
): Promise<void> {
  const { world, reissueId } = applicant;
  const at = await applicant.row().then(
    (row) => row.state,
    () => undefined,
  );
  const from = at === undefined ? 0 : ordinaryPath.findIndex(([each]) => each === at) + 1;
  const to = ordinaryPath.findIndex(([each]) => each === state);
  for (const [next, message] of ordinaryPath.slice(from, to + 1)) {
    const { standing } = await perform(world, reissueId, await message(applicant), performance);
    if (standing.state !== next) throw new Error(`a step led to ${standing.state} instead of ${next}`);
  }
}
