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

/** The end of something, and the whole days until then. */
interface End {
  readonly notAfter: Date;
  readonly daysLeft: number;
}

export interface IssuingStatus extends End {
  readonly subject: string;
  readonly keyId: string;
  /** Whether it signs certificates now; those before sign CRLs only. */
  readonly current: boolean;
  readonly key: { readonly kind: string; readonly location: string; readonly algorithm: string };
  /** Its OCSP responder; undefined if it has none that is of use. */
  readonly ocsp?: End & { readonly due: boolean };
  /** Why the root has revoked it; undefined if it has not. */
  readonly revoked?: CrlReason;
}

/** The root's CRL: `notAfter` is its `nextUpdate`. */
export interface RootCrlStatus extends End {
  readonly number: string;
  readonly due: boolean;
}

export interface AuthorityStatus {
  /** Without a CRL if none was made yet. */
  readonly root: End & { readonly subject: string; readonly crl?: RootCrlStatus };
  readonly issuing: readonly IssuingStatus[];
  readonly profile: { readonly id: string; readonly digest: string };
  /** What the database knows; undefined if it cannot be reached. */
  readonly database?: AuthorityOverview;
}

/** What can be said of the authority now. */
export async function authorityStatus(context: CommandContext): Promise<AuthorityStatus> {
  const authorities = await context.authorities();
  const db = await context.reachableDb();
  const profile = context.profile();
  const root = new X509Certificate(authorities.root);
  const end = endAt(context.clock());
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
  ...endAt(now)(crl.nextUpdate),
});

function issuingStatus(
  issuing: IssuingAuthority,
  { current }: Authorities,
  crls: KnownRootCrls,
  context: CommandContext,
): IssuingStatus {
  const end = endAt(context.clock());
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

const endAt = (now: Date) => (notAfter: Date) => ({
  notAfter,
  daysLeft: Math.floor((notAfter.getTime() - now.getTime()) / 86_400_000),
});
