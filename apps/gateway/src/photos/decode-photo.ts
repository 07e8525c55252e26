import sharp, { type Sharp } from 'sharp';
import type { DecodedPhoto, PhotoFormat, PhotoLimits, PhotoOutcome, PhotoRefusal } from './photo.js';

// Only the loaders of accepted formats may run. The format that a file claims does not matter.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] });

/** The format by the file's first bytes; undefined for any other format. */
function formatOf(file: Buffer): PhotoFormat | undefined {
  if (file.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'JPEG';
  if (file.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'PNG';
  return isHeic(file) ? 'HEIC' : undefined;
}

/** Whether the file is a still image with an HEVC brand (ISO/IEC 23008-12 section 10): no sequence, and no AVIF. */
function isHeic(file: Buffer): boolean {
  const brand = (offset: number) => file.toString('latin1', offset, offset + 4);
  if (file.length < 16 || brand(4) !== 'ftyp') return false;
  if (['heic', 'heix'].includes(brand(8))) return true;
  const end = Math.min(file.readUInt32BE(0), file.length, 256);
  const compatible: string[] = [];
  for (let offset = 16; offset + 4 <= end; offset += 4) compatible.push(brand(offset));
  return brand(8) === 'mif1' && compatible.some((each) => ['heic', 'heix'].includes(each));
}

/** An image before decoding, with the size that the container states. The types of the package lack the size. */
interface HeicImage {
  readonly width: number;
  readonly height: number;
  decode(): Promise<{
    readonly width: number;
    readonly height: number;
    readonly data: Uint8ClampedArray<ArrayBuffer>;
  }>;
}

function sizeRefusal(width: number, height: number, limits: PhotoLimits): PhotoRefusal | undefined {
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  if (longer > limits.longestSide || width * height > limits.pixels) return 'TOO_MANY_PIXELS';
  if (longer < limits.smallestLonger || shorter < limits.smallestShorter) return 'TOO_SMALL';
  return undefined;
}

/** Opens the file. The size that it claims is checked before any pixel is decoded. */
async function open(file: Buffer, format: PhotoFormat, limits: PhotoLimits): Promise<Sharp | PhotoRefusal> {
  if (format === 'HEIC') {
    const { default: heic } = await import('heic-decode');
    const [image] = (await heic.all({ buffer: file })) as Iterable<HeicImage>;
    if (!image) return 'DAMAGED';
    const refusal = sizeRefusal(image.width, image.height, limits);
    if (refusal) return refusal;
    // The decoder has rotated the image upright.
    const { width, height, data } = await image.decode();
    return sharp(Buffer.from(data.buffer, data.byteOffset, data.byteLength), {
      raw: { width, height, channels: 4 },
    });
  }
  const image = sharp(file, { failOn: 'error', limitInputPixels: false });
  const { width, height } = await image.metadata();
  return sizeRefusal(width, height, limits) ?? image.autoOrient();
}

/** Encodes the pixels as a new JPEG: upright, in sRGB, white where the photo is transparent. */
async function encode(image: Sharp, { outputSide, quality }: PhotoLimits): Promise<DecodedPhoto> {
  const { data, info } = await image
    .resize({ width: outputSide, height: outputSide, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .jpeg({ quality })
    .toBuffer({ resolveWithObject: true });
  return { jpeg: data, width: info.width, height: info.height };
}

/**
 * Checks a photo and encodes it again. Run it in a separate process: native code and WebAssembly read an untrusted file.
 */
export async function decodePhoto(file: Buffer, limits: PhotoLimits): Promise<PhotoOutcome> {
  const format = formatOf(file);
  if (!format) return { refusal: 'NOT_A_PHOTO' };
  try {
    const image = await open(file, format, limits);
    return typeof image === 'string' ? { refusal: image } : { photo: await encode(image, limits) };
  } catch {
    return { refusal: 'DAMAGED' };
  }
}
