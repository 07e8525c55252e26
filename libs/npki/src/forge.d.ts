/** Types of the parts of node-forge that old files need. The package's own types cover only the whole package. */
declare module 'node-forge/lib/util.js' {
  /** Bytes as characters from U+0000 to U+00FF. */
  export type BinaryString = string;
  export interface ByteBuffer {
    getBytes(): BinaryString;
  }
  const util: { createBuffer(bytes: BinaryString): ByteBuffer };
  export default util;
}

declare module 'node-forge/lib/cipher.js' {
  import type { BinaryString, ByteBuffer } from 'node-forge/lib/util.js';

  export interface Decipher {
    readonly output: ByteBuffer;
    start(options: { iv: BinaryString }): void;
    update(input: ByteBuffer): void;
    /** @param unpad called in place of the removal of padding */
    finish(unpad: () => boolean): boolean;
  }
  const ciphers: { createDecipher(algorithm: 'DES-CBC' | '3DES-CBC', key: BinaryString): Decipher };
  export default ciphers;
}

/** Registers its ciphers with `node-forge/lib/cipher.js`. */
declare module 'node-forge/lib/des.js';

declare module 'node-forge/lib/rc2.js' {
  import type { Decipher } from 'node-forge/lib/cipher.js';
  import type { BinaryString } from 'node-forge/lib/util.js';

  const rc2: {
    createDecryptionCipher(
      key: BinaryString,
      effectiveBits: number,
    ): Omit<Decipher, 'start'> & { start(iv: BinaryString): void };
  };
  export default rc2;
}
