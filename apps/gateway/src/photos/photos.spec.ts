import { generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { CallState, ReissueRow } from '#libs/db/reissues';
import { createApplication } from '#libs/http';
import { importVaultKeys, openPhoto, publicVaultKeys } from '#libs/vault';
import { AccessCheck } from '../access/access-check.js';
import { SessionCookie } from '../access/session-cookie.js';
import { until } from '../../../../test/support/until.js';
import { AccessTokens } from '../access/access-tokens.js';
import { ApiKeys } from '../access/api-keys.js';
import { CallsInFlight } from '../calls/calls-in-flight.js';
import { RequestIds } from '../calls/request-ids.js';
import type { CurrentReissue } from '../reissue-queries/reissue-reader.js';
import { acceptPhotos } from './accept-multipart.js';
import type { PhotoOutcome } from './photo.js';
import { PhotosController } from './photos.controller.js';
import { Photos, photosPerReissue, type PhotoStore } from './photos.js';
import { Uploads } from './uploads.js';

const vaultKeys = {
  keys: [
    {
      ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
      kid: 'v1',
    },
  ],
};
const tokens = new AccessTokens({
  ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
  kid: 't1',
});
const ids = new RequestIds(Buffer.alloc(32, 7));
const reissueId = `ri_${'5'.repeat(32)}`;
const jpeg = Buffer.from('the pixels');
const tokenOf = (id: string) => tokens.issue({ reissueId: id, apiKeyName: 'local' }, new Date());

@Controller('v1/other')
class OtherController {
  @Post()
  @HttpCode(200)
  echo(@Body() body: unknown) {
    return { body: body ?? null };
  }
}

/** Access to the reissue in `row`, without a limit of calls in progress. */
const access = {
  stateOf: async () => ({ reissue: row }) as CallState,
  admission: { requireRoom: () => undefined },
  apiKeys: new ApiKeys(),
  tokens,
  revocations: { isRevoked: () => false },
  cookie: new SessionCookie(true),
  ids,
};

/** Photos in memory. The test decides what a file decodes to. */
const kept: Parameters<PhotoStore['keep']>[0][] = [];
let find: (id: string, updateId: string) => (typeof kept)[number] | undefined;
const findKept: typeof find = (id, updateId) =>
  kept.find((photo) => photo.reissue_id === id && photo.update_id === updateId);
let row: Pick<ReissueRow, 'state' | 'methods' | 'parked_step'>;
let outcome: PhotoOutcome;
let decoded: Buffer[];
let app: NestFastifyApplication;
let url: string;
let accessToken: string;

const uploads = new Uploads({ perAddress: 8, bytes: 24 * 2 ** 20 });
const pace = { requestTimeoutMs: 20_000, bodyGraceMs: 3_000, bodyBytesPerSecond: 16_384 };

beforeAll(async () => {
  const photos = new Photos({
    store: {
      find: async (...key) => find(...key),
      count: async () => kept.length,
      keep: async (photo, admit) => {
        admit(row as ReissueRow, kept.length);
        kept.push(photo);
        return photo;
      },
    },
    decoder: {
      decode: async (file) => {
        decoded.push(file);
        return outcome;
      },
    },
    reader: { get: async () => ({ row }) as CurrentReissue },
    ids,
    inFlight: new CallsInFlight(2),
    uploads,
    limits: { admit: async () => undefined },
    vaultKey: publicVaultKeys(vaultKeys).keys[0]!,
    clock: () => new Date(),
  });
  app = await createApplication({
    name: 'gateway',
    config: { logLevel: 'silent', ...pace },
    trustProxy: ['127.0.0.0/8'],
    configure: acceptPhotos,
    module: {
      module: class PhotosAlone {},
      controllers: [PhotosController, OtherController],
      providers: [
        {
          provide: AccessCheck,
          inject: [HttpAdapterHost],
          useFactory: (host: HttpAdapterHost) => new AccessCheck(access, host),
        },
        { provide: Photos, useValue: photos },
      ],
    },
  });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  accessToken = await tokenOf(reissueId);
});
afterAll(() => app.close());
beforeEach(() => {
  kept.length = 0;
  find = findKept;
  decoded = [];
  row = { state: 'IDENTITY_REQUIRED', methods: ['ID_DOCUMENT'], parked_step: null };
  outcome = { photo: { jpeg, width: 640, height: 400 } };
});

let calls = 0;
const newKey = () => `a key for call number ${(calls += 1)}`;

async function send(
  body: string | FormData,
  headers: Record<string, string> = {},
  path = `/v1/reissues/${reissueId}/identity/photos`,
) {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: {
      'x-api-key': 'reseal-local',
      authorization: `Bearer ${accessToken}`,
      'idempotency-key': newKey(),
      ...headers,
    },
    body,
  });
  const json = (await answer.json()) as { photoId?: string; type?: string };
  return { status: answer.status, photoId: json.photoId, problem: json.type?.split(':').at(-1) };
}

function form(...files: [name: string, bytes: Uint8Array | string][]): FormData {
  const form = new FormData();
  for (const [name, value] of files)
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([Buffer.from(value)]), 'file');
  return form;
}
const upload = (bytes: Uint8Array = Buffer.from('a file'), headers = {}) =>
  send(form(['photo', bytes]), headers);

describe('uploading a photo', () => {
  it('An upload stores the newly encoded photo, sealed for the vault', async () => {
    const { status, photoId } = await upload();
    expect({ status, photoId }).toEqual({ status: 201, photoId: kept[0]!.photo_id });
    expect(photoId).toMatch(/^ph_[0-9a-f]{32}$/);
    expect(decoded).toEqual([Buffer.from('a file')]);
    expect(kept[0]).toMatchObject({ reissue_id: reissueId, width: 640, height: 400, sealed_by: 'VAULT' });
    const name = { reissueId, photoId: photoId! };
    expect(await openPhoto(kept[0]!.sealed, name, await importVaultKeys(vaultKeys))).toEqual(jpeg);
  });

  it('A repeated upload gets the same answer, and another photo under its key is refused', async () => {
    const key = { 'idempotency-key': newKey() };
    const first = await upload(Buffer.from('one'), key);
    row = { ...row, state: 'PASSWORD_REQUIRED' };
    expect(await upload(Buffer.from('one'), key)).toEqual(first);
    expect(await upload(Buffer.from('two'), key)).toMatchObject({
      status: 409,
      problem: 'idempotency-mismatch',
    });
    expect(decoded).toHaveLength(1);
  });

  it('A repeated upload gets the photo of the first, although that was the last one allowed', async () => {
    for (let count = 1; count < photosPerReissue; count += 1) await upload();
    const key = { 'idempotency-key': newKey() };
    const first = await upload(Buffer.from('the last'), key);
    find = () => {
      find = findKept;
      return undefined;
    };
    expect(await upload(Buffer.from('the last'), key)).toEqual(first);
  });

  it.each([
    [{ state: 'PASSWORD_REQUIRED' }, 409, 'wrong-state'],
    [{ state: 'CANCELLED' }, 409, 'wrong-state'],
    [{ parked_step: 'VERIFY_CHALLENGES' }, 409, 'parked'],
    [{ methods: ['PHONE_CODE'] }, 422, 'method-not-offered'],
  ] as const)('An upload is refused while %j', async (difference, status, problem) => {
    row = { ...row, ...difference } as typeof row;
    expect(await upload()).toMatchObject({ status, problem });
    expect(decoded).toEqual([]);
  });

  it('An upload beyond the limit of photos is refused', async () => {
    for (let count = 0; count < photosPerReissue; count += 1)
      expect(await upload()).toMatchObject({ status: 201 });
    expect(await upload()).toMatchObject({ status: 409, problem: 'too-many-photos' });
  });

  it.each([
    ['NOT_A_PHOTO', 415, 'not-a-photo'],
    ['TOO_SMALL', 422, 'photo-too-small'],
    ['TOO_MANY_PIXELS', 422, 'photo-too-many-pixels'],
    ['DAMAGED', 422, 'photo-damaged'],
  ] as const)('A refused file has its own problem: %s', async (refusal, status, problem) => {
    outcome = { refusal };
    expect(await upload()).toMatchObject({ status, problem });
    expect(kept).toEqual([]);
  });

  it('An upload may have 10 MB', async () => {
    expect(await upload(Buffer.alloc(10 * 2 ** 20))).toMatchObject({ status: 201 });
    for (const size of [10 * 2 ** 20 + 1, 20_000_000])
      expect(await upload(Buffer.alloc(size))).toMatchObject({ status: 413, problem: 'photo-too-large' });
    expect(await upload()).toMatchObject({ status: 201 });
  });

  it('An upload has to be one file named photo', async () => {
    const refused = { status: 422, problem: 'invalid-request' };
    const file = Buffer.from('a file');
    expect(await send(form(['photo', file], ['photo', file]))).toMatchObject(refused);
    expect(await send(form(['picture', file]))).toMatchObject(refused);
    expect(await send(form(['photo', 'no file']))).toMatchObject(refused);
    expect(await send(form(['photo', file], ['note', 'to the bank']))).toMatchObject(refused);
    expect(await send(form(['__proto__', file]))).toMatchObject({ problem: expect.any(String) });
    expect(kept).toEqual([]);
  });

  it.each([
    ['multipart/form-data', 'no boundary'],
    ['multipart/form-data; boundary=', 'an empty one'],
    ['multipart/form-data; boundary=x', ''],
    ['multipart/form-data; boundary=x', 'not a form at all'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="photo"; filename="f"\r\n\r\nbroken off',
    ],
    ['multipart/form-data; boundary=x', '--x\r\n\r\n\r\n--x--\r\n'],
    ['multipart/form-data; boundary=x', `--x\r\n${'a: b\r\n'.repeat(5_000)}\r\n--x--`],
  ])('A broken form (%s) is refused as malformed: %j', async (contentType, body) => {
    const { status, problem } = await send(body, { 'content-type': contentType });
    expect(['malformed-request', 'invalid-request']).toContain(problem);
    expect([400, 422]).toContain(status);
    expect(kept).toEqual([]);
  });

  it('Only the route of photos accepts forms, and it accepts nothing else', async () => {
    const refused = { status: 415, problem: 'unsupported-media-type' };
    expect(await send(form(['photo', Buffer.from('a file')]), {}, '/v1/other')).toMatchObject(refused);
    expect(await send('{}', { 'content-type': 'application/json' }, '/v1/other')).toMatchObject({
      status: 200,
    });
    for (const contentType of ['application/json', 'image/jpeg', 'text/plain', 'multipart/mixed; boundary=x'])
      expect(await send('{}', { 'content-type': contentType })).toMatchObject(refused);
  });

  it('An upload needs the token of its reissue and an Idempotency-Key', async () => {
    expect(await upload(undefined, { authorization: '' })).toMatchObject({ problem: 'invalid-token' });
    expect(await upload(undefined, { 'idempotency-key': 'short' })).toMatchObject({
      problem: 'idempotency-key-required',
    });
    const others = await tokenOf(`ri_${'6'.repeat(32)}`);
    expect(await upload(undefined, { authorization: `Bearer ${others}` })).toMatchObject({
      problem: 'not-your-reissue',
    });
    expect(decoded).toEqual([]);
  });
});

describe('uploads that do not end', () => {
  /** Starts an upload and sends `bytes` of its file, and then nothing. */
  async function stall(of: string, address: string, bytes = 10) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString())).on('error', () => undefined);
    // A connection may end by a reset. What was received still counts.
    const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(received)));
    const head = [
      `POST /v1/reissues/${of}/identity/photos HTTP/1.1`,
      'host: a',
      'x-api-key: reseal-local',
      `authorization: Bearer ${await tokenOf(of)}`,
      `idempotency-key: ${newKey()}`,
      `x-forwarded-for: ${address}`,
      'content-type: multipart/form-data; boundary=x',
      'content-length: 10000000',
    ];
    const part = '--x\r\ncontent-disposition: form-data; name="photo"; filename="f"\r\n\r\n';
    socket.write(`${head.join('\r\n')}\r\n\r\n${part}${'.'.repeat(bytes)}`);
    return { socket, closed, received: () => received };
  }
  const reissueOf = (stranger: number) => `ri_${String(stranger).padStart(32, '7')}`;
  const underWay = (count: number) =>
    until(`${count} uploads are under way`, () => uploads.size === count, { pauseMs: 20 });
  const uploadFrom = (address: string, bytes?: Uint8Array) => upload(bytes, { 'x-forwarded-for': address });

  it('Endless uploads of 12 strangers do not block a customer, and are ended', async () => {
    const slow = await Promise.all(
      Array.from({ length: 24 }, (_, index) => {
        const stranger = Math.floor(index / 2);
        return stall(reissueOf(stranger), `198.51.100.${Math.floor(stranger / 4)}`);
      }),
    );
    await underWay(24);
    expect(await uploadFrom('203.0.113.9')).toMatchObject({ status: 201 });
    for (const answer of await Promise.all(slow.map(({ closed }) => closed)))
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    await underWay(0);
  });

  it('The number of uploads of one address is limited', async () => {
    const slow = await Promise.all(
      Array.from({ length: 8 }, (_, index) => stall(reissueOf(index), '198.51.100.7')),
    );
    await underWay(8);
    expect(await uploadFrom('198.51.100.7')).toMatchObject({ status: 429, problem: 'too-many-requests' });
    for (const { socket } of slow) socket.destroy();
    await underWay(0);
    expect(await uploadFrom('198.51.100.7')).toMatchObject({ status: 201 });
  });

  it('The slowest upload is evicted when others need the memory', async () => {
    const slow = await stall(reissueOf(1), '198.51.100.1', 6_000_000);
    const faster = await stall(reissueOf(2), '198.51.100.2', 9_000_000);
    await until('both are held', () => uploads.bytes > 14_900_000, { pauseMs: 20 });
    expect(await uploadFrom('203.0.113.9', Buffer.alloc(10 * 2 ** 20))).toMatchObject({ status: 201 });
    await until('the slower one is answered', () => /^HTTP\/1\.1 503 /.test(slow.received()));
    expect(faster.received()).toBe('');
    for (const { socket } of [slow, faster]) socket.destroy();
    await underWay(0);
  });
});
