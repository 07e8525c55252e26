import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { rememberSecret } from './canaries.js';

type PhotoFormat = 'jpeg' | 'png';

/** A photo with metadata, which must not be stored. */
export interface Photo {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly contentType: string;
  /** Text in the file's EXIF, which also contains a location. */
  readonly marker: string;
}

/** Distance and length of the pieces of a photo that the canary test searches for, in bytes. */
const pieceEvery = 16_384;
const pieceLength = 32;

/**
 * Makes a photo of noise, which encoders cannot compress, with a location and a marker in its EXIF. The canary test searches
 * for pieces of it in all stores.
 */
export async function takePhoto(format: PhotoFormat = 'jpeg', width = 640, height = 400): Promise<Photo> {
  const marker = `photo-marker-${randomBytes(12).toString('hex')}`;
  const noise = randomBytes(width * height * 3);
  const image = sharp(noise, { raw: { width, height, channels: 3 } }).withExif({
    IFD0: { ImageDescription: marker, Make: 'Reseal specimen' },
    IFD3: {
      GPSLatitudeRef: 'N',
      GPSLatitude: '37/1 33/1 58/1',
      GPSLongitudeRef: 'E',
      GPSLongitude: '126/1 58/1 40/1',
    },
  });
  const encoded = await image.toFormat(format, { quality: 85 }).toBuffer();
  const bytes = Buffer.from(encoded);
  rememberSecret('photo marker', Buffer.from(marker));
  rememberPhoto('uploaded photo', bytes);
  return { bytes, contentType: `image/${format}`, marker };
}

/** Records pieces of an image for the canary test. Headers are omitted, because all images share them. */
export function rememberPhoto(kind: string, bytes: Buffer): void {
  for (let start = pieceEvery / 2; start + pieceLength <= bytes.length; start += pieceEvery)
    rememberSecret(kind, bytes.subarray(start, start + pieceLength));
}
