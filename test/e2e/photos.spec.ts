import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import sharp from 'sharp';
import { projectRoot } from '#libs/config';
import type { Customer } from '../support/customer.js';
import { newIdempotencyKey } from '../support/gateway.js';
import { expectSuccess } from '../support/http.js';
import { documentAnswer } from '../support/identity-answers.js';
import { openStoredPhoto } from '../support/stored-photo.js';
import { takePhoto } from '../support/photos.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

let customer: Customer;
beforeAll(async () => {
  customer = await stack.newCustomer();
  expectSuccess(await customer.start({ methods: ['ID_DOCUMENT'] }));
});

const file = (bytes: Uint8Array) => ({ bytes: Buffer.from(bytes), contentType: 'image/jpeg' });
const photosOf = async ({ reissueId }: Customer) => {
  const query = stack.db.selectFrom('identity_photo').selectAll();
  return query.where('reissue_id', '=', reissueId).execute();
};

/** A PNG of a few kilobytes that states a very large width and height. */
function bomb(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const data = deflateSync(Buffer.alloc(1_000_000));
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('a photo of a document', () => {
  it.each(['jpeg', 'png'] as const)('A photo as %s is accepted and loses its location', async (format) => {
    const photo = await takePhoto(format);
    expect(photo.bytes.includes(photo.marker)).toBe(true);
    const { photoId } = expectSuccess(await customer.uploadPhoto(photo));
    const { jpeg, width, height } = await openStoredPhoto(stack.db, photoId);
    expect({ width, height }).toEqual({ width: 640, height: 400 });
    const metadata = await sharp(jpeg).metadata();
    expect(metadata).toMatchObject({ format: 'jpeg', width: 640, height: 400 });
    expect(metadata.exif).toBeUndefined();
    for (const trace of [photo.marker, 'Exif', 'specimen']) expect(jpeg.includes(trace)).toBe(false);
  });

  it('A photo as HEIC is accepted', async () => {
    const heic = join(projectRoot(), 'apps/gateway/src/photos/testdata/gradient.heic');
    const { photoId } = expectSuccess(await customer.uploadPhoto(file(readFileSync(heic))));
    expect(await sharp((await openStoredPhoto(stack.db, photoId)).jpeg).metadata()).toMatchObject({
      format: 'jpeg',
    });
  });

  it('A photo that is also a web page is only a photo afterwards', async () => {
    const { bytes } = await takePhoto();
    const polyglot = Buffer.concat([bytes, Buffer.from('<html><script>alert(1)</script></html>')]);
    const { photoId } = expectSuccess(await customer.uploadPhoto(file(polyglot)));
    expect((await openStoredPhoto(stack.db, photoId)).jpeg.includes('<script')).toBe(false);
  });

  it.each([
    ['no bytes at all', () => Buffer.alloc(0), 'not-a-photo'],
    ['a page', () => Buffer.from('<html><img src="x"></html>'), 'not-a-photo'],
    ['a paper', () => Buffer.from('%PDF-1.7\n'), 'not-a-photo'],
    ['the beginning of a photo', async () => (await takePhoto()).bytes.subarray(0, 20_000), 'photo-damaged'],
    ['a bomb', () => bomb(30_000), 'photo-too-many-pixels'],
    ['a stamp', async () => (await takePhoto('png', 40, 25)).bytes, 'photo-too-small'],
    ['20 MB', () => Buffer.alloc(20_000_000, 0xff), 'photo-too-large'],
  ] as const)('A photo is refused if it is %s', async (_, make, slug) => {
    const before = (await photosOf(customer)).length;
    expectProblem(await customer.uploadPhoto(file(await make())), slug);
    expect(await photosOf(customer)).toHaveLength(before);
    expect(expectSuccess(await customer.fetchReissue()).state).toBe('IDENTITY_REQUIRED');
  });

  it('A photo sent twice in one call is stored once, and another one under the same key is refused', async () => {
    const idempotencyKey = newIdempotencyKey();
    const photo = await takePhoto();
    const first = expectSuccess(await customer.uploadPhoto(photo, { idempotencyKey }));
    expect(expectSuccess(await customer.uploadPhoto(photo, { idempotencyKey }))).toEqual(first);
    const other = await takePhoto();
    expectProblem(await customer.uploadPhoto(other, { idempotencyKey }), 'idempotency-mismatch');
  });

  it('A photo is refused without a token or without the form', async () => {
    const other = await stack.newCustomer();
    expectSuccess(await other.start({ methods: ['PHONE_CODE'] }));
    const { accessToken } = other;
    expectProblem(await customer.uploadPhoto(undefined, { accessToken }), 'not-your-reissue');
    expectProblem(await customer.post('identity/photos', { photo: 'none' }), 'unsupported-media-type');
  });
});

describe('what becomes of a photo', () => {
  it('A photo that proved an identity is destroyed at once, and all others with the reissue', async () => {
    const holder = await stack.newCustomer();
    expectSuccess(await holder.start({ methods: ['PHONE_CODE', 'ID_DOCUMENT'] }));
    const unused = expectSuccess(await holder.uploadPhoto());
    const answer = await documentAnswer(holder);
    const { photoId } = JSON.parse(answer) as { photoId: string };
    await openStoredPhoto(stack.db, photoId);
    const PHONE_CODE = await stack.sandbox.phoneCode(holder.person);
    expectSuccess(await holder.verify({ PHONE_CODE, ID_DOCUMENT: answer }));
    expect((await photosOf(holder)).map((photo) => photo.photo_id)).toEqual([unused.photoId]);
    expectSuccess(await holder.cancel());
    expect(await photosOf(holder)).toEqual([]);
  });
});
