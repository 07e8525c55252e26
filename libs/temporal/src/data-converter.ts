import { extname, join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { createPayloadCodec, type CodecKeys } from './payload-codec.js';

/** The path by which the SDK loads the failure converter, with this file's extension (sources or dist). */
export const failureConverterPath = join(
  import.meta.dirname,
  `failure-converter${extname(import.meta.filename)}`,
);

/** Makes a converter that encrypts payloads and failures. Clients and workers need the same keys. */
export function createDataConverter(keys: CodecKeys): DataConverter {
  return { payloadCodecs: [createPayloadCodec(keys)], failureConverterPath };
}
