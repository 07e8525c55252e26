import { extname, join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { createPayloadCodec, type CodecKeys } from './payload-codec.js';

/** Where the SDK finds the failure converter; the extension is that of this file, in sources as in dist. */
export const failureConverterPath = join(
  import.meta.dirname,
  `failure-converter${extname(import.meta.filename)}`,
);

/** Encrypts payloads and failures alike; clients and workers must use it with the same keys. */
export function createDataConverter(keys: CodecKeys): DataConverter {
  return { payloadCodecs: [createPayloadCodec(keys)], failureConverterPath };
}
