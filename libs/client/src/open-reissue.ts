import type { ResealClient, ConsentInput, Method } from './client.js';
import type { CertificateKey } from './certificate-key.js';
import { fromBase64url, toBase64url } from './encoding.js';
import { follow, type FollowOptions } from './follow.js';
import type {
  ApplicationRequest,
  Challenge,
  ConsentsResponse,
  Reissue,
  ReissueWithChallenges,
  VerificationResult,
  WithdrawnConsent,
} from './generated/types.gen.js';
import { ReissueProblem } from './problems.js';
import type { SealPurpose } from './seal.js';
import type { CallOptions, PostOptions, Transport } from './transport.js';

/** Media types of a downloaded certificate. */
export type CertificateForm =
  'application/x-pem-file' | 'application/pkix-cert' | 'application/pkcs7-mime' | 'application/zip';

/** A customer's answer to a challenge. */
export interface ChallengeAnswer {
  readonly challengeId: string;
  /** The digits of a code; for a document or a signature, JSON as the API document describes. It is sealed before it is sent. */
  readonly answer: string;
}

/** The input of a certificate request. */
export interface CertificateRequestInput {
  readonly key: Pick<CertificateKey, 'request'>;
  /** R of the VID, 20 bytes in hexadecimal (`newVidRandom()`); to be stored with the private key. */
  readonly vidRandom: string;
}

/** All steps from the verified identity to the certificate request, in one call. */
export type Application = CertificateRequestInput & {
  readonly consents: readonly ConsentInput[];
} & ({ readonly password: string } | { readonly newPassword: string });

/**
 * One reissue and its steps. `reissue` is the reissue of the last response, also of a refusal; `reissue.next` is the next
 * step. A step throws `ReissueProblem` if it is refused, and `ConnectionLost` if there was no response. If an operator has
 * to look at a step, `reissue.next.action` is `NEEDS_OPERATOR`.
 */
export class OpenReissue {
  /** @internal `ResealClient` creates it */
  constructor(
    private readonly client: ResealClient,
    private readonly transport: Transport,
    readonly id: string,
    /** Valid for this reissue only. Store it to resume the reissue. */
    readonly accessToken: string | undefined,
    private readonly key: Pick<CertificateKey, 'thumbprint'> | undefined,
    public reissue: Reissue,
    /** The open challenges, at most one of each method, as the last response had them that shows them. */
    public challenges: readonly Challenge[],
  ) {}

  /** Reads the current reissue and its open challenges. */
  async show(options: CallOptions = {}): Promise<ReissueWithChallenges> {
    const shown = await this.update(this.transport.json('getReissue', { ...this.opened, ...options }));
    this.challenges = shown.challenges ?? [];
    return shown;
  }

  /** The current reissue, and the reissue after each change until its end. @throws ReissueProblem */
  follow(options: FollowOptions = {}): AsyncGenerator<Reissue> {
    const source = {
      events: (lastEventId: string | undefined, signal: AbortSignal) =>
        this.transport.once('followEvents', {
          ...this.opened,
          accept: 'text/event-stream',
          signal,
          ...(lastEventId === undefined ? {} : { lastEventId }),
        }),
      show: (signal: AbortSignal) => this.show({ signal, patienceMs: Number.POSITIVE_INFINITY }),
    };
    return follow(source, options);
  }

  /** Sends challenges, or sends them again. */
  async requestChallenges(
    methods: readonly Method[],
    options: PostOptions = {},
  ): Promise<readonly Challenge[]> {
    const body = { methods: [...methods] };
    const call = { ...this.opened, body, ...options };
    const { challenges } = await this.update(this.transport.json('requestChallenges', call));
    const newest = [...this.challenges, ...challenges].map((one) => [one.method, one] as const);
    this.challenges = [...new Map(newest).values()];
    return challenges;
  }

  /** Uploads a photo of an identity document (JPEG, PNG or HEIC). @returns the photo id for the answer to the challenge */
  async uploadPhoto(photo: Blob, options: PostOptions = {}): Promise<string> {
    const form = new FormData();
    form.set('photo', photo, 'photo');
    // The generated type describes the form by its members.
    const body = form as unknown as { photo: Blob };
    return (await this.transport.json('uploadPhoto', { ...this.opened, body, ...options })).photoId;
  }

  /** Answers challenges. A wrong answer does not throw: its result has `accepted: false`. */
  async answerChallenges(
    answers: readonly ChallengeAnswer[],
    options: PostOptions = {},
  ): Promise<VerificationResult[]> {
    const sealed = answers.map(async ({ challengeId, answer }) => ({
      challengeId,
      answer: await this.seal('identity', answer),
    }));
    const body = { answers: await Promise.all(sealed) };
    return (await this.update(this.transport.json('answerChallenges', { ...this.opened, body, ...options })))
      .results;
  }

  async submitPassword(password: string, options: PostOptions = {}): Promise<Reissue> {
    const body = { password: await this.seal('password', password) };
    return this.update(this.transport.json('submitPassword', { ...this.opened, body, ...options }));
  }

  async resetPassword(newPassword: string, options: PostOptions = {}): Promise<Reissue> {
    const body = { newPassword: await this.seal('password', newPassword) };
    return this.update(this.transport.json('resetPassword', { ...this.opened, body, ...options }));
  }

  /** Agrees to the terms of stage `issuance`. */
  giveConsents(consents: readonly ConsentInput[], options: PostOptions = {}): Promise<Reissue> {
    const body = { consents: [...consents] };
    return this.update(this.transport.json('giveConsents', { ...this.opened, body, ...options }));
  }

  async requestCertificate(input: CertificateRequestInput, options: PostOptions = {}): Promise<Reissue> {
    const body = await this.requested(input);
    return this.update(this.transport.json('requestCertificate', { ...this.opened, body, ...options }));
  }

  /** Sends password, consents and certificate request in one call. Stops at the first failure; earlier parts stay in force. */
  async apply(application: Application, options: PostOptions = {}): Promise<Reissue> {
    const secret =
      'password' in application
        ? { password: await this.seal('password', application.password) }
        : { newPassword: await this.seal('password', application.newPassword) };
    const consents = [...application.consents];
    const body: ApplicationRequest = { ...secret, consents, ...(await this.requested(application)) };
    return this.update(this.transport.json('apply', { ...this.opened, body, ...options }));
  }

  /** The certificate in PEM, followed by its CAs. */
  async certificatePem(options: CallOptions = {}): Promise<string> {
    return new TextDecoder().decode(await this.downloadCertificate('application/x-pem-file', options));
  }

  downloadCertificate(accept: CertificateForm, options: CallOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.transport.bytes('downloadCertificate', { ...this.opened, accept, ...options });
  }

  /**
   * Proves that the new key works in this app. Only then is the old certificate revoked.
   *
   * @throws Error if the next step is not the registration
   */
  async proveRegistration(key: Pick<CertificateKey, 'sign'>, options: PostOptions = {}): Promise<Reissue> {
    const { challenge } = this.reissue.next;
    if (!challenge) throw new Error(`the next step is ${this.reissue.next.action}, not REGISTER`);
    const signature = toBase64url(await key.sign(fromBase64url(challenge.toSign)));
    const body = { challengeId: challenge.challengeId, signature };
    return this.update(this.transport.json('proveRegistration', { ...this.opened, body, ...options }));
  }

  cancel(options: PostOptions = {}): Promise<Reissue> {
    return this.update(this.transport.json('cancel', { ...this.opened, body: {}, ...options }));
  }

  /** The consents with their receipts. */
  consents(options: CallOptions = {}): Promise<ConsentsResponse> {
    return this.transport.json('getConsents', { ...this.opened, ...options });
  }

  /** Withdraws an optional consent, also after the end of the reissue. */
  withdrawConsent(termsId: string, options: PostOptions = {}): Promise<WithdrawnConsent> {
    return this.transport.json('withdrawConsent', { ...this.opened, body: { termsId }, ...options });
  }

  /** Seals a secret for this reissue and its key. @throws Error if the reissue was resumed without its key */
  async seal(purpose: SealPurpose, value: string): Promise<string> {
    if (!this.key) throw new Error('sealing a secret needs the key that the reissue was started with');
    return this.client.seal(purpose, this.id, value, this.key.thumbprint);
  }

  private get opened() {
    return { path: { id: this.id }, accessToken: this.accessToken };
  }

  private async requested({
    key,
    vidRandom,
  }: CertificateRequestInput): Promise<{ csr: string; vidRandom: string }> {
    return { csr: await key.request(), vidRandom: await this.seal('vid-random', vidRandom) };
  }

  private async update<Body extends Reissue | { reissue: Reissue }>(answer: Promise<Body>): Promise<Body> {
    try {
      const body = await answer;
      this.reissue = 'reissue' in body ? body.reissue : body;
      return body;
    } catch (error) {
      if (error instanceof ReissueProblem && error.document.reissue) this.reissue = error.document.reissue;
      throw error;
    }
  }
}
