import type { AnswerChallenges } from '#libs/domain';
import {
  challengesById,
  customerById,
  customerKey,
  findReissue,
  identityTriesOf,
  insertCustomerKeys,
  keepPhoto,
  unacceptedPhoto,
  unacceptedPhotos,
  type ChallengeRow,
  type Database,
  type Tx,
} from '#libs/db';
import {
  newCustomerKey,
  openPhoto,
  unwrapCustomerKey,
  type CustomerKey,
  type RegistryKeys,
} from '#libs/vault';
import type { ProviderContext } from './context.js';

const dayMs = 24 * 3600 * 1000;

/** An accepted photo, sealed under the key of the customer whom it shows. */
export interface AcceptedPhoto {
  readonly photoId: string;
  readonly customerId: string;
  readonly sealed: Buffer;
}

/** By challenge. */
export type AcceptedPhotos = ReadonlyMap<string, AcceptedPhoto>;

/**
 * Whether an answer needs a photo that this reissue does not have, or that was accepted with an answer before. That is
 * a mistake of the app, or of somebody who begins anew with an old answer: it costs no try.
 *
 * @param answers what was sealed, by challenge
 */
export async function namesUnknownPhoto(
  { providers }: Pick<ProviderContext, 'providers'>,
  tx: Tx,
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
 * Opens the photos of answers that the authority found right, and seals them under their customer's key: outside the
 * transaction that keeps them, since it takes a while. A photo of whoever is not the customer that the applicant named
 * is not sealed: it goes when the reissue ends, which it does at once.
 */
export async function sealAcceptedPhotos(
  context: ProviderContext,
  reissueId: string,
  message: AnswerChallenges,
): Promise<AcceptedPhotos> {
  const { db, providers, secrets, vaultKeys } = context;
  const tries = await identityTriesOf(db, reissueId, message.updateId);
  const right = tries.filter(({ verdict }) => verdict === 'MATCHED');
  const challenges = await challengesById(
    db,
    reissueId,
    right.map((each) => each.challenge_id),
  );
  const sealed = new Map<string, AcceptedPhoto>();
  for (const { challenge_id: challengeId, method } of challenges) {
    const photoOf = providers.get(method)?.photoOf;
    const handle = message.answers.find((each) => each.challengeId === challengeId)?.answer;
    const answer = photoOf && handle && (await secrets.open(handle, 'identity', reissueId));
    const photoId = answer && photoOf(answer);
    const photo = photoId && (await unacceptedPhoto(db, reissueId, photoId));
    const ci = right.find((each) => each.challenge_id === challengeId)?.ci;
    const key = photo && (await keyOfShown(context, reissueId, ci));
    if (!key) continue;
    const jpeg = await openPhoto(photo.sealed, { reissueId, photoId }, vaultKeys);
    sealed.set(challengeId, {
      ...{ photoId, customerId: key.customerId, sealed: key.seal(photoLabel(photoId), jpeg) },
    });
  }
  return sealed;
}

/** Keeps an accepted photo in the transaction that records that it was; not of whom everything was erased meanwhile. */
export async function keepAcceptedPhoto(
  { photoRetentionDays }: Pick<ProviderContext, 'photoRetentionDays'>,
  tx: Tx,
  { photoId, customerId, sealed }: AcceptedPhoto,
  now: Date,
): Promise<void> {
  if ((await customerKey(tx, customerId)) === 'destroyed') return;
  const retainUntil = new Date(now.getTime() + photoRetentionDays * dayMs);
  await keepPhoto(tx, photoId, { customerId, sealed, retainUntil });
}

/** As what a photo is sealed under its customer's key. */
export const photoLabel = (photoId: string) => `photo/${photoId}`;

/** The key of the named customer, if the photo shows them: made now for whoever has none yet. */
async function keyOfShown(
  { db, clock, registryKeys }: Pick<ProviderContext, 'db' | 'clock' | 'registryKeys'>,
  reissueId: string,
  ci: string | null | undefined,
): Promise<CustomerKey | undefined> {
  const customerId = (await findReissue(db, reissueId))?.customer_id;
  const customer = customerId ? await customerById(db, customerId) : undefined;
  if (!customerId || customer?.ci !== ci) return undefined;
  const key = await keyOf(db, registryKeys, customerId);
  if (key) return key === 'destroyed' ? undefined : key;
  const made = newCustomerKey(customerId).wrap(registryKeys);
  await insertCustomerKeys(db, [{ customerId, ...made }], clock());
  // Whoever made one at the same time may have been first.
  const kept = await keyOf(db, registryKeys, customerId);
  return kept === 'destroyed' ? undefined : kept;
}

async function keyOf(
  db: Database,
  registryKeys: RegistryKeys,
  customerId: string,
): Promise<CustomerKey | 'destroyed' | undefined> {
  const kept = await customerKey(db, customerId);
  return kept && kept !== 'destroyed' ? unwrapCustomerKey(registryKeys, customerId, kept) : kept;
}
