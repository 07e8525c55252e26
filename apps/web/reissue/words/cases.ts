import type { Reissue } from '#libs/client';

/** The status of the old certificate; `UNTOUCHED` before identity is verified, `NONE` if none is on file. */
export type OldCertificateCase = NonNullable<Reissue['oldCertificate']>['standing'] | 'UNTOUCHED' | 'NONE';

/** `INSECURE`: no https; `CRYPTO`: the browser makes no keys; `OLD`: the browser lacks functions. */
export type MissingFeature = 'INSECURE' | 'CRYPTO' | 'OLD';

/** What answers slowly while the customer waits: who proves an identity, the CA, or the bank itself. */
export type SlowPart = 'IDENTITY' | 'ISSUANCE' | 'BANK';

/** Why the chosen files are no copy of the new certificate. */
export type CopyFault = 'NO_FILE' | 'LOCKED' | 'ANOTHER';

/** Why a transfer has ended without a certificate at the receiving device. */
export type TransferFailure = 'WRONG_NUMBER' | 'OVER' | 'UNREACHED';
