import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDocumentProvider } from '#activities/identity';
import { sealPhoto } from '#libs/vault';
import { photoStoreIn } from '../../../apps/gateway/src/photos/photos.js';
import { answer, findingsOf, type Answers } from '../../world/answers.js';
import { Applicant } from '../../world/applicant.js';
import { HttpDocumentAuthority } from '../../world/document-authority.js';
import { customer, stranger, type Person } from '../../world/people.js';
import { perform, type Performance } from '../../world/perform.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
let authority: HttpDocumentAuthority;
let activities: World['activities'];
beforeAll(async () => {
  world = await createWorld();
  authority = new HttpDocumentAuthority();
  const documents = createDocumentProvider({
    urls: [await authority.listen()],
    timeoutMs: 2_000,
    retryMs: 1,
    db: world.as('worker', 4),
    clock: world.clock.now,
    vaultKeys: world.vaultKeys,
  });
  const { telecom, oneWon } = world.outside;
  activities = world.activitiesWith({ providers: [telecom, oneWon, documents] });
});
afterAll(async () => {
  authority.close();
  await world.close();
});
beforeEach(() => {
  authority.fault = 'none';
  authority.checks.length = 0;
  authority.calls.length = 0;
});

/** An applicant with a document challenge, whose document the document authority knows. */
async function arrive(person: Person | Promise<Person> = customer(world)): Promise<Applicant> {
  const applicant = await Applicant.of(world, await person);
  authority.knows(applicant.person, applicant.person.ci);
  await perform(world, applicant.reissueId, applicant.start(['ID_DOCUMENT', 'PHONE_CODE']), { activities });
  return applicant;
}

/** Stores a photo, as the gateway does after it has decoded the photo. */
async function upload({ reissueId }: Applicant, jpeg = randomBytes(40_000)) {
  const photoId = `ph_${randomBytes(16).toString('hex')}`;
  await photoStoreIn(world.gateway).keep(
    {
      ...{ photo_id: photoId, reissue_id: reissueId, update_id: photoId, request_hmac: 'none' },
      ...{ width: 640, height: 400, digest: 'none', sealed_by: 'VAULT' },
      sealed: await sealPhoto(jpeg, { reissueId, photoId }, world.vaultKey),
      created_at: world.clock.now(),
    },
    () => undefined,
  );
  return { photoId, jpeg };
}

const documentOf = ({ rrn }: Pick<Person, 'rrn'>, photoId: string, more: object = {}) =>
  JSON.stringify({ type: 'RESIDENT_CARD', rrn, issuedOn: '2020-02-20', photoId, ...more });

const give = (applicant: Applicant, document: string, more: Answers = {}, performance: Performance = {}) =>
  answer(applicant, { ID_DOCUMENT: document, ...more }, { activities, ...performance });

const photosOf = ({ reissueId }: Applicant) =>
  world.owner.selectFrom('identity_photo').selectAll().where('reissue_id', '=', reissueId).execute();
const attemptsOf = async (applicant: Applicant) => (await applicant.row()).identity_attempts;

describe('the photo of a document that was accepted', () => {
  it('An accepted photo is sent to the authority and destroyed with its step', async () => {
    const applicant = await arrive();
    const other = await upload(applicant);
    const { photoId, jpeg } = await upload(applicant);
    const given = documentOf(applicant.person, photoId);
    expect(await give(applicant, given, {}, { crashing: true })).toEqual(['ACCEPTED']);

    expect(authority.checks).toHaveLength(1);
    expect(authority.checks[0]).toMatchObject({ name: applicant.person.name, rrn: applicant.person.rrn });
    expect(Buffer.from(authority.checks[0]!.photo, 'base64').equals(jpeg)).toBe(true);
    expect((await photosOf(applicant)).map((photo) => photo.photo_id)).toEqual([other.photoId]);

    await perform(world, applicant.reissueId, applicant.cancel(), { activities });
    expect(await photosOf(applicant)).toEqual([]);
  });

  it('The accepted photo of another person than the claimed one is destroyed too', async () => {
    const thief = await arrive();
    const shown = stranger(world);
    authority.knows(shown, shown.ci);
    const { photoId } = await upload(thief);
    const became = await give(thief, documentOf(shown, photoId), { PHONE_CODE: undefined });
    expect(became).toEqual(['ACCEPTED', 'ACCEPTED']);
    expect((await thief.row()).state).toBe('REJECTED');
    expect(await photosOf(thief)).toEqual([]);
  });

  it('The accepted photo of an unknown person is destroyed with the reissue', async () => {
    const applicant = await arrive(stranger(world));
    const { photoId } = await upload(applicant);
    const became = await give(applicant, documentOf(applicant.person, photoId), { PHONE_CODE: undefined });
    expect(became).toEqual(['ACCEPTED', 'ACCEPTED']);
    expect((await applicant.row()).state).toBe('REJECTED');
    expect(await photosOf(applicant)).toEqual([]);
  });
});

describe('an answer with a document', () => {
  it('An answer that names no photo of this reissue costs no try, and the authority is not asked', async () => {
    const [applicant, neighbour] = [await arrive(), await arrive()];
    const { photoId } = await upload(neighbour);
    for (const named of [photoId, `ph_${'0'.repeat(32)}`])
      expect(await give(applicant, documentOf(applicant.person, named))).toEqual(['UNKNOWN_PHOTO']);
    expect(await attemptsOf(applicant)).toBe(5);
    expect(authority.calls).toEqual([]);
    const own = await upload(applicant);
    expect(await give(applicant, documentOf(applicant.person, own.photoId))).toEqual(['ACCEPTED']);
  });

  it('An answer that is no document costs no try, and the authority is not asked', async () => {
    const applicant = await arrive();
    const { photoId } = await upload(applicant);
    const malformed = [
      '123456',
      '{}',
      documentOf(applicant.person, photoId, { issuedOn: '2999-01-01' }),
      documentOf(applicant.person, photoId, { extra: 'member' }),
    ];
    const became: string[] = [];
    for (const document of malformed) became.push(...(await give(applicant, document)));
    expect(new Set(became)).toEqual(new Set(['ANSWER_MALFORMED']));
    expect(await attemptsOf(applicant)).toBe(5);
    expect(authority.calls).toEqual([]);
  });

  it('A document that the authority does not know is wrong, the audit entry says why, and the photo stays for another try', async () => {
    const applicant = await arrive();
    const { photoId } = await upload(applicant);
    expect(await give(applicant, documentOf(stranger(world), photoId))).toEqual(['WRONG']);
    expect(await findingsOf(applicant)).toEqual(['ID_DOCUMENT WRONG NO_SUCH_PERSON']);
    expect(await photosOf(applicant)).toMatchObject([{ sealed_by: 'VAULT', retain_until: null }]);
    expect(await give(applicant, documentOf(applicant.person, photoId))).toEqual(['ACCEPTED']);
  });

  it('A check whose answer is lost is looked up and not repeated', async () => {
    const applicant = await arrive();
    const { photoId } = await upload(applicant);
    authority.fault = 'lost';
    expect(await give(applicant, documentOf(applicant.person, photoId))).toEqual(['ACCEPTED']);
    expect(authority.calls).toEqual(['POST', 'GET']);
  });
});

it('Photos that were not accepted are destroyed when the reissue ends', async () => {
  const applicant = await arrive();
  await upload(applicant);
  await perform(world, applicant.reissueId, applicant.cancel(), { activities });
  expect(await photosOf(applicant)).toEqual([]);
});
