import { algorithmIdentifier } from './certificate.js';
import { encodeCrlEntries, type CrlEntry } from './crl-entries.js';
import { bufferDer as der } from './der.js';
import type { IssuingAuthority } from './issuing-authority.js';
import { signAndVerify } from './sign-and-verify.js';

/** The content of one CRL. */
export interface CrlContents {
  /** Greater than that of the previous CRL of the shard (RFC 5280 section 5.2.3). */
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /**
   * The shard's addresses, exactly as in its certificates, each of which contains one of them. Absent if the CA has only
   * one CRL.
   */
  readonly distributionPoints?: readonly string[];
  readonly entries: readonly CrlEntry[];
}

/**
 * Builds and signs the CRL of one shard, or the only CRL of a CA (version 2, RFC 5280 section 5).
 *
 * A shard's CRL covers the end-entity certificates that contain its address. A critical issuingDistributionPoint states
 * this address, so that the CRL of one shard cannot replace that of another.
 *
 * @returns DER
 * @throws Error if the key store fails, or returned a signature that does not verify
 */
export async function signCrl(
  authority: Pick<IssuingAuthority, 'identity' | 'keyStore'>,
  contents: CrlContents,
): Promise<Buffer> {
  const { identity, keyStore } = authority;
  const algorithm = algorithmIdentifier(identity.algorithm);
  const tbs = der.sequence(
    der.unsignedInteger(Buffer.from([1])), // v2
    algorithm,
    identity.name,
    der.time(contents.thisUpdate),
    der.time(contents.nextUpdate),
    // An empty list of revoked certificates is omitted (RFC 5280 section 5.1.2.6).
    ...(contents.entries.length > 0 ? [encodeCrlEntries(contents.entries)] : []),
    der.explicit(0, der.sequence(...extensions(identity.keyIdentifier, contents))),
  );
  return der.sequence(tbs, algorithm, der.bitString(await signAndVerify(keyStore, tbs)));
}

function extensions(keyIdentifier: Buffer, { number, distributionPoints }: CrlContents): Buffer[] {
  const digits = number.toString(16);
  const numberBytes = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  return [
    extension('2.5.29.35', der.sequence(der.implicit(0, keyIdentifier))),
    extension('2.5.29.20', der.unsignedInteger(numberBytes)),
    ...(distributionPoints ? [issuingDistributionPoint(distributionPoints)] : []),
  ];
}

function issuingDistributionPoint(distributionPoints: readonly string[]): Buffer {
  const addresses = distributionPoints.map((address) => der.implicit(6, Buffer.from(address, 'ascii')));
  const fullName = der.explicit(0, Buffer.concat(addresses));
  const onlyContainsUserCerts = der.implicit(1, Buffer.from([0xff]));
  return extension('2.5.29.28', der.sequence(der.explicit(0, fullName), onlyContainsUserCerts), 'critical');
}

function extension(oid: string, value: Buffer, critical?: 'critical'): Buffer {
  return der.sequence(
    der.objectIdentifier(oid),
    ...(critical ? [der.trueValue] : []),
    der.octetString(value),
  );
}
