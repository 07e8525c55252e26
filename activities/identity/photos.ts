import type { AnswerChallenges } from '#libs/domain';
import type { RoleTx } from '#libs/db';
import { challengesById, identityTriesOf, unacceptedPhotos, type ChallengeRow } from '#libs/db/identity';
import type { ProviderContext } from './context.js';

/**
 * Whether an answer names a photo that this reissue does not have, or that was destroyed after it was accepted. This is an
 * error of the app, or an old answer that is sent again, so it costs no try.
 *
 * @param answers the opened answers, by challenge
 */
export async function namesUnknownPhoto(
  { providers }: Pick<ProviderContext, 'providers'>,
  tx: RoleTx<'worker'>,
  reissueId: string,
  challenges: readonly ChallengeRow[],
  answers: ReadonlyMap<string, string>,
): Promise<boolean> {
  const named = challenges.flatMap(({ challenge_id, method }) => {
    const answer = answers.get(challenge_id);
    return (answer !== undefined && providers.get(method)?.photoOf?.(answer)) || [];
  });
  const known = await unacceptedPhotos(tx, reissueId, named);
  return named.some((photoId) => !known.has(photoId));
}

/**
 * Finds the photos of the answers that the authority accepted. They are no longer needed.
 *
 * @returns ids of photos, by challenge
 */
export async function photosOfAcceptedAnswers(
  { db, providers, secrets }: Pick<ProviderContext, 'db' | 'providers' | 'secrets'>,
  reissueId: string,
  message: AnswerChallenges,
): Promise<ReadonlyMap<string, string>> {
  const tries = await identityTriesOf(db, reissueId, message.updateId);
  const accepted = tries.filter(({ verdict }) => verdict === 'MATCHED').map((each) => each.challenge_id);
  const photos = new Map<string, string>();
  for (const { challenge_id: challengeId, method } of await challengesById(db, reissueId, accepted)) {
    const photoOf = providers.get(method)?.photoOf;
    const handle = message.answers.find((each) => each.challengeId === challengeId)?.answer;
    const answer = photoOf && handle && (await secrets.open(handle, 'identity', reissueId));
    const photoId = answer && photoOf(answer);
    if (photoId) photos.set(challengeId, photoId);
  }
  return photos;
}
