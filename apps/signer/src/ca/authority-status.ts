import { X509Certificate } from 'node:crypto';
import {
  profileDigest,
  responderDue,
  responderOf,
  rootCrlDue,
  type Authorities,
  type CrlReason,
  type IssuingAuthority,
  type RootCrl,
} from '#libs/ca';
import { authorityOverview, type AuthorityOverview } from '#libs/db/crls';
import type { CommandContext } from './context.js';
import { revocationOf, knownRootCrls, type KnownRootCrls } from './root-crl-renewal.js';

/** An expiry, and the whole days until then. */
interface Expiry {
  readonly notAfter: Date;
  readonly daysLeft: number;
}

export interface IssuingStatus extends Expiry {
  readonly subject: string;
  readonly keyId: string;
  /** Whether it signs certificates now; earlier generations sign only CRLs. */
  readonly current: boolean;
  readonly key: { readonly kind: string; readonly location: string; readonly algorithm: string };
  /** Its OCSP responder; undefined if it has none that can be used. */
  readonly ocsp?: Expiry & { readonly due: boolean };
  /** The reason of its revocation by the root; undefined if it is not revoked. */
  readonly revoked?: CrlReason;
}

/** The root's CRL: `notAfter` is its `nextUpdate`. */
export interface RootCrlStatus extends Expiry {
  readonly number: string;
  readonly due: boolean;
}

export interface AuthorityStatus {
  /** `crl` is undefined if the root has none yet. */
  readonly root: Expiry & { readonly subject: string; readonly crl?: RootCrlStatus };
  readonly issuing: readonly IssuingStatus[];
  readonly profile: { readonly id: string; readonly digest: string };
  /** Data from the database; undefined if the database cannot be reached. */
  readonly database?: AuthorityOverview;
}

/** Reads the present status of the authority. */
export async function authorityStatus(context: CommandContext): Promise<AuthorityStatus> {
  const authorities = await context.authorities();
  const db = await context.reachableDb();
  const profile = context.profile();
  const root = new X509Certificate(authorities.root);
  const end = expiryAt(context.clock());
  const crls = await knownRootCrls(context);
  return {
    root: {
      subject: root.subject.split('\n').join(', '),
      ...end(root.validToDate),
      ...(crls.inDirectory && { crl: rootCrlStatus(crls.inDirectory, context.clock()) }),
    },
    issuing: authorities.all.map((issuing) => issuingStatus(issuing, authorities, crls, context)),
    profile: { id: profile.id, digest: profileDigest(profile) },
    ...(db && { database: await authorityOverview(db) }),
  };
}

const rootCrlStatus = (crl: RootCrl, now: Date): RootCrlStatus => ({
  number: String(crl.number),
  due: rootCrlDue(crl, now),
  ...expiryAt(now)(crl.nextUpdate),
});

function issuingStatus(
  issuing: IssuingAuthority,
  { current }: Authorities,
  crls: KnownRootCrls,
  context: CommandContext,
): IssuingStatus {
  const end = expiryAt(context.clock());
  const revocation = revocationOf(issuing, crls);
  const responder = responderOf(context.config().ocspDirectory, issuing);
  return {
    subject: issuing.subject,
    keyId: issuing.identity.keyId,
    current: issuing === current,
    key: issuing.keyStore.info(),
    ...end(issuing.identity.notAfter),
    ...(responder && {
      ocsp: { ...end(responder.notAfter), due: responderDue(responder, issuing, context.clock()) },
    }),
    ...(revocation && { revoked: revocation.reason }),
  };
}

const expiryAt = (now: Date) => (notAfter: Date) => ({
  notAfter,
  daysLeft: Math.floor((notAfter.getTime() - now.getTime()) / 86_400_000),
});
