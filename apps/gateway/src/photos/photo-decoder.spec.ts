import { readFileSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';
import sharp from 'sharp';
import { photoLimits } from './photo.js';
import { PhotoDecoder } from './photo-decoder.js';

jest.setTimeout(30_000);
const heic = readFileSync(new URL('./testdata/gradient.heic', import.meta.url));
const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#765' } })
    .png()
    .toBuffer();

describe('the process in which a photo is decoded', () => {
  it('The decoding process reads JPEG, PNG and HEIC only', async () => {
    const decoder = new PhotoDecoder();
    const outcomes = await Promise.all(
      [heic, await blank(640, 400), Buffer.from('GIF89a')].map((file) =>
        decoder.decode(file, '198.51.100.1'),
      ),
    );
    expect(outcomes).toMatchObject([
      { photo: { width: 640, height: 400 } },
      { photo: { width: 640, height: 400 } },
      { refusal: 'NOT_A_PHOTO' },
    ]);
  });

  it('The decoding process is killed when it exceeds its time or memory', async () => {
    const large = await blank(6_000, 6_000);
    const slow = new PhotoDecoder({ timeoutMs: 30 });
    const small = new PhotoDecoder({ limits: { ...photoLimits, megabytes: 60 } });
    expect(await slow.decode(large, '198.51.100.1')).toEqual({ refusal: 'DAMAGED' });
    expect(await small.decode(large, '198.51.100.1')).toEqual({ refusal: 'DAMAGED' });
  });

  it('A photo is refused with 503 while too many photos wait for decoding', async () => {
    const busy = new PhotoDecoder({ atOnce: 1, waiting: 1 });
    const file = await blank(640, 400);
    const outcomes = await Promise.allSettled(
      [file, file, file].map((each) => busy.decode(each, '198.51.100.1')),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[2]).toMatchObject({ reason: { type: 'unavailable', status: 503 } });
    expect(await busy.decode(file, '198.51.100.1')).toHaveProperty('photo');
  });
});
