/** What a photo of a document may be encoded as when it comes in. */
export type PhotoFormat = 'JPEG' | 'PNG' | 'HEIC';

/** Why a file is not taken as a photo. */
export type PhotoRefusal = 'NOT_A_PHOTO' | 'TOO_SMALL' | 'TOO_MANY_PIXELS' | 'DAMAGED';

/** A photo encoded anew: JPEG, sRGB, upright, nothing but pixels. */
export interface DecodedPhoto {
  readonly jpeg: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export type PhotoOutcome = { readonly photo: DecodedPhoto } | { readonly refusal: PhotoRefusal };

/** Sides and pixels as the file claims them, before it is decoded. */
export interface PhotoLimits {
  /** Pixels: letters on a document must be legible, however it is turned. */
  readonly smallestLonger: number;
  readonly smallestShorter: number;
  readonly longestSide: number;
  /** Width times height. */
  readonly pixels: number;
  /** Longest side of what is kept, in pixels. */
  readonly outputSide: number;
  /** Of the JPEG that is kept, 1 to 100. */
  readonly quality: number;
  /** How much memory decoding may take, in MiB. */
  readonly megabytes: number;
}

/** Largest file that is taken, in bytes. */
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
