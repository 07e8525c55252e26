import { algorithmIdentifier } from '../certificate.js';
import { bufferDer as der } from '../der.js';
import { crlReasonCodes, type CrlReason } from '../revocation-reason.js';
import { signAndVerify } from '../sign-and-verify.js';
import type { OcspResponder } from './responder.js';

/** The status of one certificate in a response (RFC 6960 section 2.2). On hold is `revoked` with that reason. */
export type OcspStatus =
  | { readonly status: 'good' }
  | { readonly status: 'unknown' }
  | { readonly status: 'revoked'; readonly revokedAt: Date; readonly reason: CrlReason };

interface SingleAnswer {
  /** DER of the CertID, as in the request. */
  readonly certId: Buffer;
  readonly status: OcspStatus;
}

export interface OcspAnswer {
  readonly answers: readonly SingleAnswer[];
  /** The time at which the status was correct. */
  readonly thisUpdate: Date;
  /** The time until which a relying party may use the response. */
  readonly nextUpdate: Date;
  readonly nonce?: Buffer | undefined;
}

/** Media types of RFC 6960 appendix C. */
export const ocspMediaTypes = {
  request: 'application/ocsp-request',
  response: 'application/ocsp-response',
} as const;

/** OCSPResponseStatus (RFC 6960 section 4.2.1) other than success. */
const errorStatus = { malformedRequest: 1, internalError: 2, tryLater: 3, unauthorized: 6 } as const;
export type OcspError = keyof typeof errorStatus;

/** An error response, which is not signed (RFC 6960 section 2.3). DER. */
export function ocspError(error: OcspError): Buffer {
  return der.sequence(der.enumerated(errorStatus[error]));
}

/**
 * Signs a response with the key of the issuer's delegated responder, and includes the responder's certificate
 * (BasicOCSPResponse, RFC 6960 section 4.2.1).
 *
 * @returns DER
 * @throws Error if the key store fails
 */
export async function signOcspResponse(
  responder: Pick<OcspResponder, 'certificate' | 'keyHash' | 'keyStore'>,
  { answers, thisUpdate, nextUpdate, nonce }: OcspAnswer,
): Promise<Buffer> {
  const { keyStore } = responder;
  const from = der.generalizedTime(thisUpdate);
  const until = der.explicit(0, der.generalizedTime(nextUpdate));
  const responseData = der.sequence(
    der.explicit(2, der.octetString(responder.keyHash)),
    from, // producedAt: responses are made on request
    der.sequence(
      ...answers.map(({ certId, status }) => der.sequence(certId, encodeStatus(status), from, until)),
    ),
    ...(nonce ? [der.explicit(1, der.sequence(nonceExtension(nonce)))] : []),
  );
  const basic = der.sequence(
    responseData,
    algorithmIdentifier(keyStore.info().algorithm),
    der.bitString(await signAndVerify(keyStore, responseData)),
    der.explicit(0, der.sequence(responder.certificate)),
  );
  return der.sequence(
    der.enumerated(0),
    der.explicit(0, der.sequence(basicResponseType, der.octetString(basic))),
  );
}

/** id-pkix-ocsp-basic (RFC 6960 section 4.2.1). */
export const basicResponseType = der.objectIdentifier('1.3.6.1.5.5.7.48.1.1');
const nonceType = der.objectIdentifier('1.3.6.1.5.5.7.48.1.2');
const good = der.implicit(0, Buffer.alloc(0));
const unknown = der.implicit(2, Buffer.alloc(0));

function encodeStatus(status: OcspStatus): Buffer {
  if (status.status === 'good') return good;
  if (status.status === 'unknown') return unknown;
  const { revokedAt, reason } = status;
  const time = der.generalizedTime(revokedAt);
  // As in CRLs (RFC 5280), the reason `unspecified` is omitted.
  return reason === 'unspecified'
    ? der.explicit(1, time)
    : der.explicit(1, Buffer.concat([time, der.explicit(0, der.enumerated(crlReasonCodes[reason]))]));
}

const nonceExtension = (nonce: Buffer) => der.sequence(nonceType, der.octetString(der.octetString(nonce)));
