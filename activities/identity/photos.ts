import type { AnswerChallenges } from '#libs/domain';
import type { RoleTx } from '#libs/db';
import { unacceptedPhotos, type ChallengeRow } from '#libs/db/identity';
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
 * Finds the photos of answers that the authority accepted. They are no longer needed.
 *
 * @returns ids of photos
 */
export async function photosOf(
  { providers, secrets }: Pick<ProviderContext, 'providers' | 'secrets'>,
  tx: RoleTx<'worker'>,
  reissueId: string,
  { answers }: AnswerChallenges,
  accepted: readonly Pick<ChallengeRow, 'challenge_id' | 'method'>[],
): Promise<string[]> {
  const handles = accepted.flatMap(({ challenge_id, method }) => {
    const photoOf = providers.get(method)?.photoOf;
    const handle = answers.find((each) => each.challengeId === challenge_id)?.answer;
    return photoOf && handle ? [[handle, photoOf] as const] : [];
  });
  if (handles.length === 0) return [];
  const opened = await secrets.openAll(
    handles.map(([handle]) => handle),
    'identity',
    reissueId,
    tx,
  );
  return handles.flatMap(([handle, photoOf]) => {
    const answer = opened.get(handle);
    return (answer !== undefined && photoOf(answer)) || [];
  });
}
