/** What the gateway's API says, as far as the page uses it. */

export type Reason = 'EXPIRED' | 'LOST' | 'PASSWORD_FORGOTTEN' | 'KEY_COMPROMISED';
export type Method = 'PHONE_CODE' | 'ONE_WON' | 'ID_DOCUMENT' | 'OLD_CERTIFICATE';
export type Stage = 'identity' | 'issuance';

export interface Reissue {
  readonly id: string;
  readonly state:
    | 'IDENTITY_REQUIRED'
    | 'PASSWORD_REQUIRED'
    | 'CONSENT_REQUIRED'
    | 'KEY_REQUIRED'
    | 'ISSUING'
    | 'ISSUED'
    | 'REGISTERED'
    | 'REJECTED'
    | 'TIMED_OUT'
    | 'CANCELLED'
    | 'ABANDONED'
    | 'WITHDRAWN';
  readonly reason: Reason;
  readonly basis?: 'REISSUE' | 'RENEW' | 'NEW';
  readonly next: {
    readonly action:
      | 'VERIFY_IDENTITY'
      | 'ENTER_PASSWORD'
      | 'RESET_PASSWORD'
      | 'AGREE_TO_TERMS'
      | 'SEND_CERTIFICATE_REQUEST'
      | 'WAIT'
      | 'REGISTER'
      | 'NEEDS_OPERATOR'
      | 'NONE';
    readonly methods?: readonly Method[];
    readonly challenge?: { readonly challengeId: string; readonly toSign: string };
  };
  readonly attempts: { readonly identity: number; readonly password: number | null };
  readonly deadline: string | null;
  readonly certificate?: {
    readonly serial: string;
    readonly subject: string;
    readonly notBefore: string;
    readonly notAfter: string;
  };
  readonly ended?: { readonly code: string; readonly text: { readonly ko: string; readonly en: string } };
  readonly updatedAt: string;
}

export interface Challenge {
  readonly challengeId: string;
  readonly method: Method;
  readonly expiresAt: string;
  readonly remainingAttempts: number;
  readonly hint: string;
  readonly toSign?: string;
}

export interface Terms {
  readonly termsId: string;
  readonly version: string;
  readonly title: string;
  readonly mandatory: boolean;
  readonly digest: string;
  /** Markdown */
  readonly text: string;
}

export interface Consent {
  readonly termsId: string;
  readonly version: string;
  readonly digest: string;
  readonly agreed: boolean;
}

export interface PasswordRules {
  readonly rules: readonly {
    readonly code: string;
    readonly text: { readonly ko: string; readonly en: string };
  }[];
}

export interface Started {
  readonly reissue: Reissue;
  readonly challenges: readonly Challenge[];
  readonly accessToken: string;
}

export interface Verified {
  readonly reissue: Reissue;
  readonly results: readonly {
    readonly challengeId: string;
    readonly accepted: boolean;
    readonly reason?: 'WRONG' | 'EXPIRED' | 'LOCKED';
  }[];
}

/** RFC 9457 */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly traceId?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly code?: string; readonly message: string }[];
  readonly reissue?: Reissue;
}
