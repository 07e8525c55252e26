/** The formats in which a photo can be uploaded. */
export type PhotoFormat = 'JPEG' | 'PNG' | 'HEIC';

/** Why a photo is refused. */
export type PhotoRefusal = 'NOT_A_PHOTO' | 'TOO_SMALL' | 'TOO_MANY_PIXELS' | 'DAMAGED';

/** A photo that was encoded again: an upright sRGB JPEG without metadata. */
export interface DecodedPhoto {
  readonly jpeg: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export type PhotoOutcome = { readonly photo: DecodedPhoto } | { readonly refusal: PhotoRefusal };

/** Limits of the size that a file claims, checked before it is decoded, and of its decoding. */
export interface PhotoLimits {
  /** Smallest longer and shorter side in pixels, so that the text of a document is legible. */
  readonly smallestLonger: number;
  readonly smallestShorter: number;
  readonly longestSide: number;
  /** Width times height. */
  readonly pixels: number;
  /** Longest side of the stored photo, in pixels. */
  readonly outputSide: number;
  /** Quality of the stored JPEG, 1 to 100. */
  readonly quality: number;
  /** Memory limit of decoding, in MiB. */
  readonly megabytes: number;
}

/** Largest file that can be uploaded, in bytes. */
export const maxFileBytes = 10 * 1024 * 1024;

export const photoLimits: PhotoLimits = {
  smallestLonger: 400,
  smallestShorter: 250,
  longestSide: 12_000,
  pixels: 50_000_000,
  outputSide: 2_400,
  quality: 85,
  megabytes: 1_024,
};
