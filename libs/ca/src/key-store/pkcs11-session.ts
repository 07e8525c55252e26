/**
 * A separate process that uses one PKCS#11 token. Calls of the library can block, hang or crash, and must not do so in
 * the signer's process. Started by `Pkcs11Client`, which sends one request at a time.
 *
 * Node also runs this file before it is compiled, so it may import only types from other files.
 */
import { createRequire } from 'node:module';
import type * as pkcs11js from 'pkcs11js';

/** Location and PIN of a token. */
export interface TokenAddress {
  /** Path of the PKCS#11 library. */
  readonly module: string;
  readonly label: string;
  readonly pin: string;
}

export type SessionRequest =
  | { readonly do: 'open'; readonly token: TokenAddress }
  /** `find` finds a key pair, `provide` also makes it: P-256, with a private key that can never be read or wrapped. */
  | { readonly do: 'find' | 'provide'; readonly key: string }
  /** ECDSA over a digest. */
  | { readonly do: 'sign'; readonly key: string; readonly digest: Uint8Array };

/** A key pair in the token. */
export interface FoundKey {
  /** DER of the curve's identifier, and of the point as an OCTET STRING. */
  readonly ecParams: Uint8Array;
  readonly ecPoint: Uint8Array;
  /** Whether the private key can be exported from the token. */
  readonly removable: boolean;
}

/**
 * Why a request failed: a PKCS#11 error code (`CKR_…`) or one of these: the native part of pkcs11js was not built, the
 * library cannot be loaded, no token has this label, one more wrong PIN would lock the token, no key has this label, or
 * several keys have it.
 */
export type SessionFailure =
  `CKR_${string}` | 'NOT_BUILT' | 'NO_LIBRARY' | 'NO_TOKEN' | 'PIN_LAST_TRY' | 'NO_KEY' | 'SEVERAL_KEYS';

export type SessionAnswer = { readonly failure: SessionFailure } | { readonly result: unknown };

class Failed extends Error {
  readonly code: SessionFailure;
  constructor(code: SessionFailure) {
    super(code);
    this.code = code;
  }
}

const p256 = Buffer.from('06082a8648ce3d030107', 'hex');

let constants: typeof pkcs11js;
let library: pkcs11js.PKCS11;
let session: Buffer;
const privateKeys = new Map<string, Buffer>();

function perform(request: SessionRequest): unknown {
  switch (request.do) {
    case 'open':
      return open(request.token);
    case 'find':
      return find(request.key);
    case 'provide':
      if (handles(constants.CKO_PRIVATE_KEY, request.key).length === 0) generate(request.key);
      return find(request.key);
    case 'sign':
      return sign(request.key, Buffer.from(request.digest));
  }
}

function open({ module, label, pin }: TokenAddress): void {
  try {
    constants = createRequire(import.meta.url)('pkcs11js') as typeof pkcs11js;
  } catch {
    throw new Failed('NOT_BUILT');
  }
  library = new constants.PKCS11();
  try {
    library.load(module);
  } catch {
    throw new Failed('NO_LIBRARY');
  }
  library.C_Initialize();
  const slot = library.C_GetSlotList(true).find((one) => library.C_GetTokenInfo(one).label.trim() === label);
  if (!slot) throw new Failed('NO_TOKEN');
  const { flags } = library.C_GetTokenInfo(slot);
  // Repeated starts of the process with a wrong PIN must not lock the token.
  if (flags & constants.CKF_USER_PIN_FINAL_TRY) throw new Failed('PIN_LAST_TRY');
  session = library.C_OpenSession(slot, constants.CKF_SERIAL_SESSION | constants.CKF_RW_SESSION);
  library.C_Login(session, constants.CKU_USER, pin);
}

function find(label: string): FoundKey {
  const privateKey = theOne(constants.CKO_PRIVATE_KEY, label);
  const publicKey = theOne(constants.CKO_PUBLIC_KEY, label);
  const [ecParams, ecPoint] = attributes(publicKey, constants.CKA_EC_PARAMS, constants.CKA_EC_POINT);
  const [extractable, sensitive] = attributes(privateKey, constants.CKA_EXTRACTABLE, constants.CKA_SENSITIVE);
  return { ecParams: ecParams!, ecPoint: ecPoint!, removable: extractable![0] !== 0 || sensitive![0] !== 1 };
}

function attributes(object: Buffer, ...types: number[]): Buffer[] {
  const wanted = types.map((type) => ({ type }));
  return library.C_GetAttributeValue(session, object, wanted).map(({ value }) => value);
}

function generate(label: string): void {
  const common = [
    { type: constants.CKA_TOKEN, value: true },
    { type: constants.CKA_LABEL, value: label },
    { type: constants.CKA_ID, value: Buffer.from(label) },
  ];
  library.C_GenerateKeyPair(
    session,
    { mechanism: constants.CKM_EC_KEY_PAIR_GEN },
    [...common, { type: constants.CKA_EC_PARAMS, value: p256 }, { type: constants.CKA_VERIFY, value: true }],
    [
      ...common,
      { type: constants.CKA_PRIVATE, value: true },
      { type: constants.CKA_SIGN, value: true },
      { type: constants.CKA_SENSITIVE, value: true },
      { type: constants.CKA_EXTRACTABLE, value: false },
    ],
  );
}

function sign(label: string, digest: Buffer): Buffer {
  const key = privateKeys.get(label) ?? theOne(constants.CKO_PRIVATE_KEY, label);
  privateKeys.set(label, key);
  library.C_SignInit(session, { mechanism: constants.CKM_ECDSA }, key);
  return library.C_Sign(session, digest, Buffer.alloc(144)); // r and s of curves up to P-521
}

function theOne(objectClass: number, label: string): Buffer {
  const [one, another] = handles(objectClass, label);
  if (!one) throw new Failed('NO_KEY');
  if (another) throw new Failed('SEVERAL_KEYS');
  return one;
}

function handles(objectClass: number, label: string): Buffer[] {
  library.C_FindObjectsInit(session, [
    { type: constants.CKA_CLASS, value: objectClass },
    { type: constants.CKA_LABEL, value: label },
  ]);
  try {
    return library.C_FindObjects(session, 2);
  } finally {
    library.C_FindObjectsFinal(session);
  }
}

function failureOf(error: unknown): SessionFailure {
  if (error instanceof Failed) return error.code;
  const { message, stack } = error as Error;
  return (/CKR_[A-Z0-9_]+/.exec(`${message} ${stack}`)?.[0] ?? 'CKR_GENERAL_ERROR') as SessionFailure;
}

process.on('message', (request: SessionRequest) => {
  let answer: SessionAnswer;
  try {
    answer = { result: perform(request) };
  } catch (error) {
    answer = { failure: failureOf(error) };
  }
  process.send?.(answer);
});
// The signer still needs this process while it drains, so a signal to the process group is ignored. The process ends
// when the signer has ended.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
