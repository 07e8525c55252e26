import { derWriter } from '#libs/der';

/** Encodes into Buffers, which Node takes from its pool. */
export const bufferDer = derWriter(
  (length) => Buffer.allocUnsafe(length),
  (text) => Buffer.from(text, 'utf8'),
);
