import type {
  CertificateProfile,
  GetTermsData,
  PasswordRules,
  ReceiptKeys,
  SealingKeys,
  StartRequest,
  StopLinkAnswer,
  StopLinkRequest,
  Terms,
  VidCheckResponse,
} from './generated/types.gen.js';
import type { CertificateKey } from './certificate-key.js';
import { OpenReissue } from './open-reissue.js';
import { seal, type SealPurpose } from './seal.js';
import { Transfers } from './transfers.js';
import {
  newIdempotencyKey,
  Transport,
  type CallOptions,
  type ClientOptions,
  type PostOptions,
} from './transport.js';

export type ConsentInput = StartRequest['consents'][number];
export type Method = NonNullable<StartRequest['methods']>[number];
export type ReissueReason = StartRequest['reason'];
export type Stage = NonNullable<GetTermsData['query']>['stage'];
export type Locale = NonNullable<NonNullable<GetTermsData['query']>['locale']>;
type ByMobile = Extract<StartRequest['applicant'], { mobile: string }>;

/** The fields of an identity document. */
export interface IdentityDocumentFields {
  readonly type: 'RESIDENT_CARD' | 'DRIVING_LICENCE';
  /** 13 digits. */
  readonly rrn: string;
  /** YYYY-MM-DD */
  readonly issuedOn: string;
  /** Number of a driving licence. */
  readonly licenceNumber?: string;
}

/** How an applicant claims an identity. Secret values are sealed before they are sent. */
export type ApplicantInput =
  | ByMobile
  /** `rrn`: 13 digits. */
  | { readonly name: string; readonly rrn: string }
  | { readonly name: string; readonly document: IdentityDocumentFields };

export interface Start {
  readonly reason: ReissueReason;
  /** Identity methods whose challenges are sent at once. */
  readonly methods?: readonly Method[];
  readonly applicant: ApplicantInput;
  readonly key: Pick<CertificateKey, 'thumbprint'>;
  /** Consents to the terms of stage `identity`. */
  readonly consents: readonly ConsentInput[];
}

/** How long the fetched sealing keys are used, in milliseconds. */
const keysLastMs = 5 * 60_000;

/** A client of Reseal's API for customers. One client serves any number of reissues. */
export class ResealClient {
  /** Transfers of certificates between devices. */
  readonly transfers: Transfers;
  private readonly transport: Transport;
  private fetched: { readonly at: number; readonly keys: Promise<SealingKeys> } | undefined;

  constructor(readonly options: ClientOptions) {
    this.transport = new Transport(options);
    this.transfers = new Transfers(this.transport);
  }

  /** The terms of a stage. Show `text` to the customer: a consent contains the digest of exactly that text. */
  terms(stage: Stage, locale: Locale = 'ko', options: CallOptions = {}): Promise<Terms[]> {
    return this.transport.json('getTerms', { query: { stage, locale }, ...options });
  }

  passwordRules(options: CallOptions = {}): Promise<PasswordRules> {
    return this.transport.json('getPasswordRules', options);
  }

  /** The profile of new certificates: make a key of its first type. */
  certificateProfile(options: CallOptions = {}): Promise<CertificateProfile> {
    return this.transport.json('getCertificateProfile', options);
  }

  /** The keys that verify consent receipts. */
  receiptKeys(options: CallOptions = {}): Promise<ReceiptKeys> {
    return this.transport.json('getReceiptKeys', options);
  }

  /**
   * Starts a reissue. With `methods` the challenges are sent at once; the result has them in `challenges`.
   *
   * @throws ReissueProblem, ConnectionLost
   */
  async start(
    { reason, methods, applicant, key, consents }: Start,
    options: PostOptions = {},
  ): Promise<OpenReissue> {
    const idempotencyKey = options.idempotencyKey ?? newIdempotencyKey();
    const body: StartRequest = {
      reason,
      applicant: await this.sealedApplicant(applicant, idempotencyKey, key.thumbprint),
      keyThumbprint: key.thumbprint,
      consents: [...consents],
      ...(methods ? { methods: [...methods] } : {}),
    };
    const started = await this.transport.json('startReissue', { body, ...options, idempotencyKey });
    const { reissue, challenges, accessToken } = started;
    return new OpenReissue(this, this.transport, reissue.id, accessToken, key, reissue, challenges);
  }

  /**
   * Opens a reissue that was started before.
   *
   * @param accessToken of the start; undefined on the gateway's own page, which has it in a cookie
   * @param key the key of the start, which secrets are bound to; undefined to read only
   * @throws ReissueProblem, ConnectionLost
   */
  async resume(
    reissueId: string,
    accessToken: string | undefined,
    key: Pick<CertificateKey, 'thumbprint'> | undefined,
    options: CallOptions = {},
  ): Promise<OpenReissue> {
    const call = { path: { id: reissueId }, accessToken, ...options };
    const reissue = await this.transport.json('getReissue', call);
    return new OpenReissue(
      this,
      this.transport,
      reissueId,
      accessToken,
      key,
      reissue,
      reissue.challenges ?? [],
    );
  }

  /** Answers the link in a message: stops the reissue, or states that it is the customer's own. Needs no access token. */
  answerStopLink(body: StopLinkRequest, options: PostOptions = {}): Promise<StopLinkAnswer> {
    return this.transport.json('answerStopLink', { body, ...options });
  }

  /** Checks whether a resident registration number (13 digits) and an R (hexadecimal) give the VID of a certificate. */
  async checkVid(
    serial: string,
    { rrn, vidRandom }: { rrn: string; vidRandom: string },
    options: PostOptions = {},
  ): Promise<VidCheckResponse> {
    const idempotencyKey = options.idempotencyKey ?? newIdempotencyKey();
    const body = {
      rrn: await this.seal('rrn', idempotencyKey, rrn, undefined),
      random: await this.seal('vid-random', idempotencyKey, vidRandom, undefined),
    };
    return this.transport.json('checkVid', { path: { serial }, body, ...options, idempotencyKey });
  }

  /**
   * Seals a secret with the gateway's key.
   *
   * @param sub the id of the reissue; for a call without a reissue, its Idempotency-Key
   * @param keyThumbprint of the key that this app made for the reissue; undefined for a call without a reissue
   */
  async seal(
    purpose: SealPurpose,
    sub: string,
    value: string,
    keyThumbprint: string | undefined,
  ): Promise<string> {
    const {
      keys: [publicJwk],
      client,
    } = await this.keys();
    if (!publicJwk) throw new Error('the gateway publishes no sealing key');
    return seal(value, { purpose, sub, client, keyThumbprint, publicJwk, now: this.now() });
  }

  /**
   * The gateway's time in milliseconds since 1970, measured by its responses. Use it for countdowns to `expiresAt` and
   * `deadline`, because the device's own clock may be wrong.
   */
  now(): number {
    return this.transport.clock.now();
  }

  private keys(): Promise<SealingKeys> {
    if (this.fetched && performance.now() - this.fetched.at < keysLastMs) return this.fetched.keys;
    const keys = this.transport.json('getKeys', {});
    this.fetched = { at: performance.now(), keys };
    keys.catch(() => (this.fetched = undefined));
    return keys;
  }

  private async sealedApplicant(
    applicant: ApplicantInput,
    sub: string,
    thumbprint: string,
  ): Promise<StartRequest['applicant']> {
    const { name } = applicant;
    if ('rrn' in applicant) return { name, rrn: await this.seal('rrn', sub, applicant.rrn, thumbprint) };
    if (!('document' in applicant)) return applicant;
    const document = JSON.stringify(applicant.document);
    return { name, document: await this.seal('document', sub, document, thumbprint) };
  }
}

/** Consents to all mandatory terms of a list, and to the optional terms with these ids. */
export function consentTo(terms: readonly Terms[], optional: readonly string[] = []): ConsentInput[] {
  return terms.map(({ termsId, version, digest, mandatory }) => ({
    termsId,
    version,
    digest,
    agreed: mandatory || optional.includes(termsId),
  }));
}
