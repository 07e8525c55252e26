import type { Reissue } from '#libs/client';

/** How the old certificate stands; `UNTOUCHED` before identity is verified, `NONE` where there is none on file. */
export type OldCertificateCase = NonNullable<Reissue['oldCertificate']>['standing'] | 'UNTOUCHED' | 'NONE';

/** What a browser lacks. `INSECURE`: no https; `CRYPTO`: no keys; `OLD`: a browser from before. */
export type MissingFeature = 'INSECURE' | 'CRYPTO' | 'OLD';

/** Why files that the customer chose are no copy of the new certificate. */
export type CopyFault = 'NO_FILE' | 'LOCKED' | 'ANOTHER';
