import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { rememberSecret } from './canaries.js';

type PhotoFormat = 'jpeg' | 'png';

/** Words that a camera wrote into the file: they must not outlive the upload. */
export interface Photo {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly contentType: string;
  /** Stands in the file's EXIF, together with a place on the map. */
  readonly marker: string;
}

/** How far apart the pieces of a photo are that are searched for later, and how long they are, in bytes. */
const pieceEvery = 16_384;
const pieceLength = 32;

/**
 * Takes a photo of nothing: noise, which no encoder makes small or alike, with a place on the map and a marker in its
 * EXIF. No piece of it may be found anywhere later.
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
  rememberPhoto('photo as it was uploaded', bytes);
  return { bytes, contentType: `image/${format}`, marker };
}

/** Notes pieces of an image's data for the search that no part of it lies about; headers, alike in all, are left out. */
export function rememberPhoto(kind: string, bytes: Buffer): void {
  for (let start = pieceEvery / 2; start + pieceLength <= bytes.length; start += pieceEvery)
    rememberSecret(kind, bytes.subarray(start, start + pieceLength));
}
