import { fromBase64url, toBase64url } from '#libs/client';
import { decrypt, encrypt, ivBytes } from '../key/own-key.js';
import type { KeptCertificate } from '../key/store.js';
import { newScalar, sharedKey, shareOf, withLengths, type Message, type Session } from './cpace.js';

type Bytes = Uint8Array<ArrayBuffer>;
type Role = 'SENDER' | 'RECEIVER';

const purpose = 'reseal/certificate-transfer/v1';
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** One device's part of the key agreement for one transfer. */
export class Agreement {
  private readonly scalar = newScalar();
  private readonly session: Session;
  readonly share: Bytes;

  /** @param origin of the page, so that a page of another site cannot take part */
  constructor(
    private readonly role: Role,
    secret: string,
    origin = location.origin,
  ) {
    this.session = {
      secret: bytesOf(secret),
      channel: withLengths(bytesOf(purpose), bytesOf(origin)),
      // Each secret is for one transfer, so the run needs no other name.
      sessionId: new Uint8Array(),
    };
    this.share = Uint8Array.from(shareOf(this.session, this.scalar));
  }

  /** The key of the transfer. @throws Error if the other share is not valid */
  async keyWith(theirShare: Uint8Array): Promise<CryptoKey> {
    const message = (role: Role): Message => ({
      role: bytesOf(role),
      share: role === this.role ? this.share : theirShare,
    });
    const shared = sharedKey(this.session, this.scalar, theirShare, {
      initiator: message('SENDER'),
      responder: message('RECEIVER'),
    });
    const base = await crypto.subtle.importKey('raw', Uint8Array.from(shared), 'HKDF', false, ['deriveKey']);
    const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: bytesOf(purpose) };
    const algorithm = { name: 'AES-GCM', length: 256 };
    return crypto.subtle.deriveKey(derivation, base, algorithm, false, ['encrypt', 'decrypt']);
  }
}

/** Encrypts a certificate with its key file, which has the customer's password besides. */
export async function seal(key: CryptoKey, certificate: KeptCertificate): Promise<Bytes> {
  const { serial, authorities } = certificate;
  const plain = bytesOf(
    JSON.stringify({
      serial,
      certificate: toBase64url(certificate.certificate),
      authorities: authorities.map(toBase64url),
      keyFile: toBase64url(certificate.keyFile),
    }),
  );
  const { iv, bytes } = await encrypt(key, plain);
  return Uint8Array.from([...iv, ...bytes]);
}

/** @throws Error if the key is another one, or the content was changed */
export async function open(key: CryptoKey, content: Bytes): Promise<KeptCertificate> {
  const encrypted = { iv: content.slice(0, ivBytes), bytes: content.slice(ivBytes) };
  const plain = await decrypt({ lock: key }, encrypted);
  const read = JSON.parse(new TextDecoder().decode(plain)) as Record<
    'serial' | 'certificate' | 'keyFile',
    string
  > & {
    readonly authorities: readonly string[];
  };
  return {
    serial: read.serial,
    certificate: fromBase64url(read.certificate),
    authorities: read.authorities.map(fromBase64url),
    keyFile: fromBase64url(read.keyFile),
  };
}
