import { createHash, randomUUID } from 'node:crypto';
import type { PhotoResponse, ProblemSlug } from '#libs/contracts';
import { inTransaction, type RoleDatabase } from '#libs/db';
import { countPhotos, insertPhoto, photoOfUpdate, type NewIdentityPhoto } from '#libs/db/identity';
import { lockReissue, type ReissueRow } from '#libs/db/reissues';
import { networkOf } from '#libs/rate-limit';
import { sealPhoto } from '#libs/vault';
import type { JWK } from 'jose';
import type { CallLimits } from '../access/call-limits.js';
import type { Caller } from '../access/caller.js';
import type { CallsInFlight } from '../calls/calls-in-flight.js';
import type { RequestIds } from '../calls/request-ids.js';
import { problem } from '../problems.js';
import type { CurrentReissue, ReissueReader } from '../reissue-queries/reissue-reader.js';
import type { PhotoRefusal } from './photo.js';
import type { PhotoDecoder } from './photo-decoder.js';
import type { Upload, Uploads } from './uploads.js';

const route = '/v1/reissues/{id}/identity/photos';

/** Largest number of photos of one reissue. */
export const photosPerReissue = 10;

const problems: Readonly<Record<PhotoRefusal, ProblemSlug>> = {
  NOT_A_PHOTO: 'not-a-photo',
  TOO_SMALL: 'photo-too-small',
  TOO_MANY_PIXELS: 'photo-too-many-pixels',
  DAMAGED: 'photo-damaged',
};

/** Stores photos. */
export interface PhotoStore {
  /** The photo that this call has uploaded before. */
  find(reissueId: string, updateId: string): Promise<KeptPhoto | undefined>;
  count(reissueId: string): Promise<number>;
  /**
   * Stores a photo, unless its call has stored one meanwhile. Returns the stored photo.
   *
   * @param admit gets the locked row and its number of photos; throws if no further photo is allowed
   */
  keep(photo: NewIdentityPhoto, admit: (row: ReissueRow, photos: number) => void): Promise<KeptPhoto>;
}
type KeptPhoto = Pick<NewIdentityPhoto, 'photo_id' | 'request_hmac'>;

interface PhotosDependencies {
  readonly store: PhotoStore;
  readonly decoder: Pick<PhotoDecoder, 'decode'>;
  readonly reader: Pick<ReissueReader, 'get'>;
  readonly ids: RequestIds;
  readonly inFlight: CallsInFlight;
  readonly uploads: Uploads;
  readonly limits: Pick<CallLimits, 'admit'>;
  /** The newest key of the vault; only the worker has the private key. */
  readonly vaultKey: JWK;
  readonly clock: () => Date;
}

/** Accepts photos of identity documents: checks them, encodes them again and seals them. The original file is not stored. */
export class Photos {
  constructor(private readonly dependencies: PhotosDependencies) {}

  /**
   * @param read reads the file, once the upload is known to be allowed
   * @throws ProblemError
   */
  upload(
    caller: Caller,
    reissueId: string,
    read: (upload: Upload) => Promise<Buffer>,
  ): Promise<PhotoResponse> {
    // A call is identified by its photo, which is not read yet. So each call counts as a different call.
    const call = { reissueId, updateId: randomUUID(), requestHmac: '' };
    const address = networkOf(caller.origin.address);
    return this.dependencies.inFlight.run(call, () =>
      this.dependencies.uploads.run(address, async (upload) => {
        const { ids, limits, store, reader } = this.dependencies;
        const updateId = ids.updateId(route, caller.idempotencyKey);
        let before = await store.find(reissueId, updateId);
        if (!before)
          try {
            const current = await reader.get(reissueId);
            await limits.admit('call', caller);
            requirePhotoWanted(current, await store.count(reissueId));
          } catch (error) {
            // The first attempt of this call may have stored its photo meanwhile, which may have caused this refusal.
            before = await store.find(reissueId, updateId);
            if (!before) throw error;
          }
        const file = await read(upload);
        upload.arrived = true;
        const requestHmac = ids.requestHmac({ photo: createHash('sha256').update(file).digest('hex') });
        const kept = before ?? (await this.keep(reissueId, updateId, requestHmac, file, address));
        if (kept.request_hmac !== requestHmac) throw problem('idempotency-mismatch');
        return { photoId: kept.photo_id };
      }),
    );
  }

  private async keep(
    reissueId: string,
    updateId: string,
    requestHmac: string,
    file: Buffer,
    address: string,
  ): Promise<KeptPhoto> {
    const { ids, decoder, store, vaultKey, clock } = this.dependencies;
    const outcome = await decoder.decode(file, address);
    if ('refusal' in outcome) throw problem(problems[outcome.refusal]);
    const { jpeg, width, height } = outcome.photo;
    const photoId = ids.photoId(reissueId, updateId);
    const photo: NewIdentityPhoto = {
      ...{ photo_id: photoId, reissue_id: reissueId, update_id: updateId, request_hmac: requestHmac },
      ...{ width, height, digest: createHash('sha256').update(jpeg).digest('hex') },
      sealed: await sealPhoto(jpeg, { reissueId, photoId }, vaultKey),
      sealed_by: 'VAULT',
      created_at: clock(),
    };
    return store.keep(photo, (row, photos) => requirePhotoWanted({ row }, photos));
  }
}

/** @throws ProblemError 409 `wrong-state`, `parked` or `too-many-photos`, 422 `method-not-offered` */
function requirePhotoWanted(
  { row, reissue }: Pick<CurrentReissue, 'row'> & Partial<CurrentReissue>,
  photos: number,
): void {
  if (row.state !== 'IDENTITY_REQUIRED') throw problem('wrong-state', { reissue });
  if (row.parked_step) throw problem('parked', { reissue });
  if (!row.methods.includes('ID_DOCUMENT')) throw problem('method-not-offered', { reissue });
  if (photos >= photosPerReissue) throw problem('too-many-photos', { reissue });
}

/** Stores photos in the database. A photo is stored under the lock of its reissue, so that none is added after its end. */
export function photoStoreIn(db: RoleDatabase<'gateway'>): PhotoStore {
  return {
    find: (reissueId, updateId) => photoOfUpdate(db, reissueId, updateId),
    count: (reissueId) => countPhotos(db, reissueId),
    keep: (photo, admit) =>
      inTransaction(db, async (tx) => {
        const row = await lockReissue(tx, photo.reissue_id);
        if (!row) throw problem('not-found');
        const before = await photoOfUpdate(tx, photo.reissue_id, photo.update_id);
        if (before) return before;
        admit(row, await countPhotos(tx, photo.reissue_id));
        await insertPhoto(tx, photo);
        return photo;
      }),
  };
}
