import type { Authorities, IssuingAuthority } from '#libs/ca';
import type { RoleDatabase } from '#libs/db';
import { registerIssuers, type KnownIssuer } from '#libs/db/certificates';

/**
 * Registers a signer's issuing CAs in the database, for processes without the CA directory. Done before the first
 * certificate of a new CA.
 * @throws {IssuerConflict} if directory and database do not belong together
 */
export async function registerAuthorities(
  db: RoleDatabase<'signer'>,
  { current, all }: Authorities,
  crlShards: number,
  now: Date,
): Promise<void> {
  await registerIssuers(db, { current: known(current), all: all.map(known) }, crlShards, now);
}

const known = ({ subject, identity, chain, notBefore }: IssuingAuthority): KnownIssuer => ({
  subject,
  keyId: identity.keyId,
  certificate: chain[0],
  root: chain[1],
  notBefore,
  notAfter: identity.notAfter,
});
