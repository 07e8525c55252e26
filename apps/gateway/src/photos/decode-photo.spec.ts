import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { photoLimits, type DecodedPhoto, type PhotoRefusal } from './photo.js';
import { decodePhoto } from './decode-photo.js';

const heic = readFileSync(new URL('./testdata/gradient.heic', import.meta.url));
const marker = 'photo-marker-of-this-spec';

/** A photo that is red on the left and blue on the right. */
function gradient(width = 640, height = 400): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    const share = (at % width) / width;
    pixels.set([255 * (1 - share), 64, 255 * share], at * 3);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}
const jpeg = () => gradient().jpeg().toBuffer();
const png = () => gradient().png().toBuffer();

function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** Inserts a chunk after the header, which has 33 bytes with the signature. */
const withChunk = (file: Buffer, type: string, data: Uint8Array) =>
  Buffer.concat([file.subarray(0, 33), pngChunk(type, data), file.subarray(33)]);

/** A PNG that claims these sides and has almost no data. */
function emptyPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.alloc(1_000_000));
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', data),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

/** The HEIC with other claimed sides: width and height are in each `ispe` property, four bytes after its version. */
function heicOf(width: number, height: number): Buffer {
  const file = Buffer.from(heic);
  for (let at = file.indexOf('ispe'); at >= 0; at = file.indexOf('ispe', at + 4)) {
    file.writeUInt32BE(width, at + 8);
    file.writeUInt32BE(height, at + 12);
  }
  return file;
}

async function taken(file: Buffer): Promise<DecodedPhoto> {
  const outcome = await decodePhoto(file, photoLimits);
  if ('refusal' in outcome) throw new Error(`refused: ${outcome.refusal}`);
  return outcome.photo;
}

async function refusalOf(file: Buffer): Promise<PhotoRefusal | undefined> {
  const outcome = await decodePhoto(file, photoLimits);
  return 'refusal' in outcome ? outcome.refusal : undefined;
}

const sizeOf = ({ width, height }: DecodedPhoto) => `${width}x${height}`;

describe('photos', () => {
  it('JPEG, PNG and HEIC photos are decoded and encoded as JPEG', async () => {
    const photos = await Promise.all([await jpeg(), await png(), heic].map(taken));
    expect(photos.map(sizeOf)).toEqual(['640x400', '640x400', '640x400']);
    for (const { jpeg: bytes, width, height } of photos) {
      const metadata = await sharp(bytes).metadata();
      expect(metadata).toMatchObject({ format: 'jpeg', width, height, space: 'srgb', channels: 3 });
    }
  });

  it('A photo keeps its picture', async () => {
    const { jpeg: bytes } = await taken(await png());
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const [left, right] = [data.subarray(0, 3), data.subarray((info.width - 1) * 3, info.width * 3)];
    expect(left[0]! - left[2]!).toBeGreaterThan(200);
    expect(right[2]! - right[0]!).toBeGreaterThan(200);
  });

  it('A photo is rotated upright by the orientation that the camera recorded', async () => {
    const lying = await gradient().withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(sizeOf(await taken(lying))).toBe('400x640');
  });

  it('A photo is scaled down, in sRGB, on a white background', async () => {
    const photos = await Promise.all([
      gradient(4_000, 1_000).jpeg().toBuffer().then(taken),
      gradient().toColourspace('cmyk').jpeg().toBuffer().then(taken),
      gradient().toColourspace('b-w').png().toBuffer().then(taken),
      sharp({ create: { width: 640, height: 400, channels: 4, background: '#0000' } })
        .png()
        .toBuffer()
        .then(taken),
    ]);
    expect(sizeOf(photos[0])).toBe('2400x600');
    const { channels } = await sharp(photos[3].jpeg).stats();
    expect(channels.every(({ min }) => min > 250)).toBe(true);
  });

  it('A photo loses place, texts, profiles and thumbnails', async () => {
    const full = gradient()
      .withExif({
        IFD0: { ImageDescription: marker },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '37/1 33/1 58/1' },
      })
      .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>${marker}</a></x:xmpmeta>`)
      .withIccProfile('p3', { attach: true });
    const files = await Promise.all([full.clone().jpeg().toBuffer(), full.clone().png().toBuffer()]);
    files.push(withChunk(await png(), 'tEXt', Buffer.from(`Comment\0${marker}`)), heic);
    for (const file of files.slice(0, 3)) expect(file.includes(marker)).toBe(true);
    for (const { jpeg: bytes } of await Promise.all(files.map(taken))) {
      const { exif, icc, xmp, iptc, orientation } = await sharp(bytes).metadata();
      expect({ exif, icc, xmp, iptc, orientation }).toEqual({});
      for (const trace of ['photo-marker', 'Exif', 'xmpmeta', 'ICC_PROFILE'])
        expect(Buffer.from(bytes).includes(trace)).toBe(false);
    }
  });

  it('A photo that is also a file of another kind is only a photo afterwards', async () => {
    const page = Buffer.from('<html><script>alert(1)</script></html>');
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, page.length + 2]), page]);
    const plain = await jpeg();
    const files = [
      Buffer.concat([plain.subarray(0, 2), comment, plain.subarray(2)]),
      Buffer.concat([plain, page]),
      Buffer.concat([
        await png(),
        Buffer.from('PK\x03\x04 a zip that begins where the picture ends PK\x05\x06'),
      ]),
      Buffer.concat([heic, page]),
    ];
    for (const { jpeg: bytes } of await Promise.all(files.map(taken)))
      for (const trace of ['<script', 'PK\x03\x04']) expect(Buffer.from(bytes).includes(trace)).toBe(false);
  });

  it('An animated photo is stored as its first frame', async () => {
    const animated = withChunk(await png(), 'acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]));
    expect(sizeOf(await taken(animated))).toBe('640x400');
  });

  it('Files of other formats are refused by their content', async () => {
    const files = [
      await gradient().gif().toBuffer(),
      await gradient().webp().toBuffer(),
      await gradient().avif({ effort: 0 }).toBuffer(),
      await gradient(64, 64).tiff().toBuffer(),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="640" height="400"></svg>'),
      Buffer.from('%PDF-1.7\n1 0 obj\n'),
      Buffer.from('\0\0\0\x18ftyphevc\0\0\0\0hevcheic'),
      Buffer.from('\0\0\0\x18ftyp'),
      Buffer.from([0xff]),
      Buffer.alloc(0),
    ];
    for (const refusal of await Promise.all(files.map(refusalOf))) expect(refusal).toBe('NOT_A_PHOTO');
  });

  it('A truncated or altered photo is refused as damaged', async () => {
    const [cutJpeg, cutPng] = [await jpeg(), await png()];
    const files = [
      cutJpeg.subarray(0, cutJpeg.length / 2),
      cutJpeg.subarray(0, 3),
      cutPng.subarray(0, cutPng.length / 2),
      cutPng.subarray(0, 8),
      heic.subarray(0, heic.length / 2),
      heic.subarray(0, 40),
      Buffer.concat([cutJpeg.subarray(0, 4), Buffer.alloc(5_000, 0x5a)]),
    ];
    for (const refusal of await Promise.all(files.map(refusalOf))) expect(refusal).toBe('DAMAGED');
  });

  it('A photo that is too small is refused', async () => {
    const files = [
      await gradient(399, 250).jpeg().toBuffer(),
      await gradient(400, 249).png().toBuffer(),
      heicOf(300, 200),
    ];
    for (const refusal of await Promise.all(files.map(refusalOf))) expect(refusal).toBe('TOO_SMALL');
    expect(sizeOf(await taken(await gradient(250, 400).jpeg().toBuffer()))).toBe('250x400');
  });

  it('A photo that claims too many pixels is refused before it is decoded', async () => {
    const began = performance.now();
    const files = [
      emptyPng(30_000, 30_000),
      emptyPng(12_001, 300),
      emptyPng(8_000, 7_000),
      heicOf(30_000, 30_000),
      heicOf(12_001, 300),
    ];
    for (const refusal of await Promise.all(files.map(refusalOf))) expect(refusal).toBe('TOO_MANY_PIXELS');
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('A photo with texts that expand enormously is decoded with little memory', async () => {
    const bomb = deflateSync(Buffer.alloc(64 * 2 ** 20, 0x20));
    const text = Buffer.concat([Buffer.from('Comment\0\0'), bomb]);
    const profile = Buffer.concat([Buffer.from('icc\0\0'), bomb]);
    const files = [withChunk(await png(), 'zTXt', text), withChunk(await png(), 'iCCP', profile)];
    for (const photo of await Promise.all(files.map((file) => decodePhoto(file, photoLimits))))
      expect('photo' in photo ? sizeOf(photo.photo) : photo.refusal).toMatch(/^(640x400|DAMAGED)$/);
  });

  it('A photo that lies about its size is refused', async () => {
    const outcomes = await Promise.all([emptyPng(7_000, 7_000), heicOf(7_000, 7_000)].map(refusalOf));
    expect(outcomes).toEqual(['DAMAGED', 'DAMAGED']);
  });
});
