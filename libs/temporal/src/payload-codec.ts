import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { ValueError, type Payload, type PayloadCodec, type SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** The keys of the codec: `current` encrypts, all of `keys` decrypt. Each has 32 bytes. */
export interface CodecKeys {
  current: string;
  keys: Readonly<Record<string, Uint8Array>>;
}

const encryptedEncoding = 'binary/encrypted';
const cipherName = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
/** The two kinds of owner. A payload without owner was encoded where the SDK knows none (memos, summaries). */
const ownerFields = ['workflow-id', 'activity-id'] as const;

type Owner = { field: (typeof ownerFields)[number]; id: string };

/**
 * Encrypts all that Temporal stores: AES-256-GCM with a random 96-bit nonce, laid out as nonce, ciphertext, tag.
 *
 * The key id and the workflow id (for a standalone activity, its activity id) are in the payload's metadata and
 * are authenticated with it. On decoding, the id is compared with the one the SDK says the payload is for: a payload
 * copied from another workflow, or in clear, is refused with a ValueError.
 */
export function createPayloadCodec({ current, keys }: CodecKeys): PayloadCodec {
  const keyring = new Map(Object.entries(keys).map(([kid, bytes]) => [kid, createSecretKey(bytes)]));
  const currentKey = keyring.get(current);
  if (!currentKey) throw new ValueError(`payload codec key ${current} is not among the keys`);
  return {
    encode: async (payloads, context) =>
      payloads.map((payload) =>
        isEncrypted(payload) ? payload : seal(payload, current, currentKey, ownerIn(context)),
      ),
    decode: async (payloads, context) => payloads.map((payload) => open(payload, keyring, ownerIn(context))),
  };
}

function seal(payload: Payload, kid: string, key: KeyObject, owner: Owner | undefined): Payload {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(cipherName, key, iv, { authTagLength: tagBytes });
  cipher.setAAD(additionalData(kid, owner));
  const sealed = [
    iv,
    cipher.update(PayloadMessage.encode(payload).finish()),
    cipher.final(),
    cipher.getAuthTag(),
  ];
  return {
    metadata: {
      encoding: Buffer.from(encryptedEncoding),
      'encryption-key-id': Buffer.from(kid),
      ...(owner && { [owner.field]: Buffer.from(owner.id) }),
    },
    data: Buffer.concat(sealed),
  };
}

function open(
  payload: Payload,
  keyring: ReadonlyMap<string, KeyObject>,
  expected: Owner | undefined,
): Payload {
  if (!isEncrypted(payload)) throw new ValueError('a payload is not encrypted');
  const kid = metadata(payload, 'encryption-key-id') ?? '';
  const key = keyring.get(kid);
  if (!key) throw new ValueError(`a payload is encrypted with key ${kid}, which is not known here`);
  const owner = ownerOf(payload);
  if (owner && expected && (owner.field !== expected.field || owner.id !== expected.id)) {
    throw new ValueError(
      `a payload of ${owner.field} ${owner.id} was found in ${expected.field} ${expected.id}`,
    );
  }
  const data = payload.data ?? new Uint8Array();
  const tag = data.subarray(-tagBytes);
  try {
    const decipher = createDecipheriv(cipherName, key, data.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(additionalData(kid, owner)).setAuthTag(tag);
    const clear = Buffer.concat([decipher.update(data.subarray(ivBytes, -tagBytes)), decipher.final()]);
    return PayloadMessage.decode(clear);
  } catch (error) {
    throw new ValueError('a payload cannot be decrypted: it was damaged or altered', error);
  }
}

/**
 * The name that binds payloads of a schedule's runs. A schedule encodes arguments for `<id>`, runs workflows as
 * `<id>-<time>`, and passes each run the result of the one before, so that all of them share `<id>`.
 */
const familyOf = (workflowId: string) => workflowId.replace(/-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, '');

function ownerIn(context: SerializationContext | undefined): Owner | undefined {
  if (!context) return undefined;
  if (context.workflowId) return { field: 'workflow-id', id: familyOf(context.workflowId) };
  if (context.type === 'activity' && context.activityId)
    return { field: 'activity-id', id: context.activityId };
  return undefined;
}

function ownerOf(payload: Payload): Owner | undefined {
  for (const field of ownerFields) {
    const id = metadata(payload, field);
    if (id !== undefined) return { field, id };
  }
  return undefined;
}

// JSON quotes each part, so that different inputs never have the same bytes.
const additionalData = (kid: string, owner: Owner | undefined) =>
  Buffer.from(JSON.stringify(['reseal/payload/v1', kid, owner?.field ?? null, owner?.id ?? null]));

const metadata = (payload: Payload, field: string): string | undefined => {
  const value = payload.metadata?.[field];
  return value ? Buffer.from(value).toString('utf8') : undefined;
};

/** Whether a payload's metadata says that this codec encoded it. */
export const isEncrypted = (payload: Payload): boolean => metadata(payload, 'encoding') === encryptedEncoding;
