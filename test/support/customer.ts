import { randomBytes } from 'node:crypto';
import type {
  Challenge,
  challengesResponseSchema,
  Reissue,
  startResponseSchema,
  verificationsResponseSchema,
} from '#libs/contracts';
import type { IdentifierKind, IdentityMethod, Reason } from '#libs/domain';
import type { EnvelopePurpose } from '#libs/vault';
import type { z } from 'zod';
import { rememberSealed, rememberSecret } from './canaries.js';
import { newIdempotencyKey, type CallOptions, type Consent, type Gateway } from './gateway.js';
import { expectSuccess, type Answer } from './http.js';
import { rightAnswer, type IdentityAnswers } from './identity-answers.js';
import { KeyPair } from './key-pair.js';
import { applicantBodyOf, type ApplicantBody } from './applicant-body.js';
import { takePhoto, type Photo } from './photos.js';
import type { Person, Sandbox } from './sandbox.js';

export type Started = z.output<typeof startResponseSchema>;
type Challenged = z.output<typeof challengesResponseSchema>;
export type Verified = z.output<typeof verificationsResponseSchema>;

const defaultMethods: readonly IdentityMethod[] = ['PHONE_CODE', 'ONE_WON'];
/** A password that no sample person has, and that the password rules allow. */
const defaultNewPassword = 'renewed-2468-Seal';

/**
 * A customer with one reissue, who uses the bank's HTTP API only. Each method makes one call, correct by default, and
 * returns the raw answer, also of a refusal. The newest `reissue`, `challenges` and `accessToken` of the answers are kept.
 */
export class Customer {
  reissue: Reissue | undefined;
  challenges: readonly Challenge[] = [];
  accessToken: string | undefined;
  /** R of the VID, hexadecimal, as last sent. A customer stores it with the private key. */
  vidRandom: string | undefined;
  /** The device id that the app sends; optional. */
  deviceId: string | undefined;

  private constructor(
    /** The copy of the gateway that it calls next. */
    public gateway: Gateway,
    readonly sandbox: Sandbox,
    readonly person: Person,
    /** The key to be certified. */
    readonly key: KeyPair,
  ) {}

  /**
   * @param person default: a new customer with a valid certificate
   * @param key default: a new key
   */
  static async create(gateway: Gateway, sandbox: Sandbox, person?: Person, key?: KeyPair): Promise<Customer> {
    const [someone, ownKey] = await Promise.all([
      person ?? sandbox.makePerson('VALID'),
      key ?? KeyPair.make(),
    ]);
    return new Customer(gateway, sandbox, someone, ownKey);
  }

  /** The id of the reissue. @throws Error before the start */
  get reissueId(): string {
    if (!this.reissue) throw new Error('the reissue was not started');
    return this.reissue.id;
  }

  /** Starts the reissue. @param overrides members of the body that differ; `by` is the kind of the identifier */
  async start(
    overrides: {
      by?: IdentifierKind;
      reason?: Reason;
      methods?: readonly IdentityMethod[];
      applicant?: ApplicantBody;
      keyThumbprint?: string;
      consents?: readonly Consent[];
    } = {},
    options: CallOptions = {},
  ): Promise<Answer<Started>> {
    const { by = 'MOBILE', ...rest } = overrides;
    const idempotencyKey = options.idempotencyKey ?? newIdempotencyKey();
    const keyThumbprint = rest.keyThumbprint ?? this.key.thumbprint;
    const body = {
      reason: 'EXPIRED',
      applicant:
        rest.applicant ??
        (await applicantBodyOf(this.gateway, this.person, by, { idempotencyKey, keyThumbprint })),
      keyThumbprint,
      consents: rest.consents ?? (await this.gateway.consents('identity')),
      methods: defaultMethods,
      ...rest,
    };
    const headers = { ...this.deviceHeader(), ...options.headers };
    const answer = await this.gateway.post<Started>('/v1/reissues', body, {
      ...options,
      idempotencyKey,
      headers,
    });
    if (answer.status < 300) this.accessToken = answer.body.accessToken;
    return this.remember(answer);
  }

  /** Requests codes, again if they were sent before. */
  async requestChallenges(
    methods: readonly IdentityMethod[] = defaultMethods,
    options: CallOptions = {},
  ): Promise<Answer<Challenged>> {
    return this.post('identity/challenges', { methods }, options);
  }

  /** Uploads a photo of the identity document. The answer contains its id. */
  async uploadPhoto(
    photo?: Pick<Photo, 'bytes' | 'contentType'>,
    options: CallOptions = {},
  ): Promise<Answer<{ photoId: string }>> {
    const { bytes, contentType } = photo ?? (await takePhoto());
    const form = new FormData();
    form.set('photo', new Blob([bytes], { type: contentType }), 'photo');
    return this.post('identity/photos', form, options);
  }

  /**
   * Collects the right answer to each challenge: from the phone's inbox, the account, the identity document or the old key.
   *
   * @param methods default: those of all challenges
   */
  async readCodes(methods?: readonly IdentityMethod[]): Promise<IdentityAnswers> {
    const asked = this.challenges.filter(({ method }) => methods?.includes(method) ?? true);
    const answers = asked.map(async (challenge) => [challenge.method, await rightAnswer(this, challenge)]);
    return Object.fromEntries(await Promise.all(answers)) as IdentityAnswers;
  }

  /** Answers the challenges of `codes`' methods in one call. Default: right answers to all challenges. */
  async verify(codes?: IdentityAnswers, options: CallOptions = {}): Promise<Answer<Verified>> {
    const given = codes ?? (await this.readCodes());
    const answers = this.challenges
      .filter(({ method }) => given[method] !== undefined)
      .map(async ({ challengeId, method }) => ({
        challengeId,
        answer: await this.seal('identity', given[method]!),
      }));
    return this.post('identity/verifications', { answers: await Promise.all(answers) }, options);
  }

  async submitPassword(
    password = this.person.certificatePassword,
    options: CallOptions = {},
  ): Promise<Answer<Reissue>> {
    return this.post('password', { password: await this.seal('password', password) }, options);
  }

  async resetPassword(newPassword = defaultNewPassword, options: CallOptions = {}): Promise<Answer<Reissue>> {
    return this.post('password/reset', { newPassword: await this.seal('password', newPassword) }, options);
  }

  async giveConsents(consents?: readonly Consent[], options: CallOptions = {}): Promise<Answer<Reissue>> {
    return this.post(
      'consents',
      { consents: consents ?? (await this.gateway.consents('issuance')) },
      options,
    );
  }

  /** Requests the certificate. @param key default: the key named at the start */
  async requestCertificate(key = this.key, options: CallOptions = {}): Promise<Answer<Reissue>> {
    return this.post('certificate', await this.certificateRequest(key), options);
  }

  /** Password, consents and certificate request in one call; `parts` replaces any of its members. */
  async submitApplication(
    parts: Readonly<Record<string, unknown>> = {},
    options: CallOptions = {},
  ): Promise<Answer<Reissue>> {
    const body = {
      ...('newPassword' in parts
        ? {}
        : { password: await this.seal('password', this.person.certificatePassword) }),
      consents: await this.gateway.consents('issuance'),
      ...(await this.certificateRequest(this.key)),
      ...parts,
    };
    return this.post('application', body, options);
  }

  /** PEM: the certificate, then its chain. */
  async download(options: CallOptions = {}): Promise<Answer<string>> {
    return this.get('/certificate', { headers: { accept: 'application/x-pem-file' }, ...options });
  }

  /** Proves possession of the new key by signing the reissue's challenge. */
  async register(
    overrides: { key?: KeyPair; challengeId?: string; signature?: string } = {},
    options: CallOptions = {},
  ): Promise<Answer<Reissue>> {
    const { key = this.key, ...rest } = overrides;
    const challenge = this.reissue?.next.challenge;
    const toSign = Buffer.from(challenge?.toSign ?? '', 'base64url');
    const body = {
      challengeId: challenge?.challengeId ?? 'none',
      signature: key.sign(toSign).toString('base64url'),
      ...rest,
    };
    return this.post('registration', body, options);
  }

  async cancel(options: CallOptions = {}): Promise<Answer<Reissue>> {
    return this.post('cancel', {}, options);
  }

  /** Reads the current state of the reissue. */
  async fetchReissue(options: CallOptions = {}): Promise<Answer<Reissue>> {
    return this.remember(await this.get<Reissue>('', options));
  }

  /** Makes all calls of a reissue and returns it as registered. @throws UnexpectedAnswer at the first refusal */
  async completeReissue(reason: Reason = 'EXPIRED'): Promise<Reissue> {
    expectSuccess(await this.start({ reason }));
    expectSuccess(await this.verify());
    expectSuccess(await (reason === 'PASSWORD_FORGOTTEN' ? this.resetPassword() : this.submitPassword()));
    expectSuccess(await this.giveConsents());
    expectSuccess(await this.requestCertificate());
    expectSuccess(await this.download());
    return expectSuccess(await this.register());
  }

  /** Seals a secret for this reissue. */
  seal(purpose: EnvelopePurpose, value: string): Promise<string> {
    rememberSealed(purpose, value);
    return this.gateway.seal(purpose, this.reissueId, value, this.key.thumbprint);
  }

  /** The body of a certificate request for `key`, with a new random number R. */
  async certificateRequest(key = this.key): Promise<{ csr: string; vidRandom: string }> {
    this.vidRandom = randomBytes(20).toString('hex');
    const [csr, vidRandom] = await Promise.all([key.request(), this.seal('vid-random', this.vidRandom)]);
    return { csr, vidRandom };
  }

  /** Any POST under this reissue; `path` as in `password/reset`. */
  async post<Body>(path: string, body: unknown, options: CallOptions = {}): Promise<Answer<Body>> {
    const { accessToken } = this;
    return this.remember(
      await this.gateway.post<Body>(`/v1/reissues/${this.reissueId}/${path}`, body, {
        accessToken,
        ...options,
        headers: { ...this.deviceHeader(), ...options.headers },
      }),
    );
  }

  /** Any GET under this reissue; `path` is empty or begins with a slash. */
  get<Body>(path: string, options: CallOptions = {}): Promise<Answer<Body>> {
    const { accessToken } = this;
    return this.gateway.get(`/v1/reissues/${this.reissueId}${path}`, { accessToken, ...options });
  }

  private deviceHeader(): Record<string, string> {
    if (this.deviceId === undefined) return {};
    rememberSecret('device', Buffer.from(this.deviceId));
    return { 'x-device-id': this.deviceId };
  }

  private remember<Body>(answer: Answer<Body>): Answer<Body> {
    const body = answer.body as Partial<Challenged> & Partial<Reissue>;
    const reissue = answer.problem ? answer.problem.reissue : (body.reissue ?? (body as Reissue));
    if (reissue?.id) this.reissue = reissue;
    if (body.challenges && body.challenges.length > 0)
      this.challenges = mergeByMethod(this.challenges, body.challenges);
    return answer;
  }
}

/** A new challenge replaces the earlier one of its method. */
function mergeByMethod(before: readonly Challenge[], now: readonly Challenge[]): Challenge[] {
  return [...new Map([...before, ...now].map((challenge) => [challenge.method, challenge])).values()];
}
