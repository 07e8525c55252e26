import { randomUUID } from 'node:crypto';
import {
  consentTo,
  CertificateKey,
  newVidRandom,
  ResealClient,
  type ApplicantInput,
  type Challenge,
  type ChallengeAnswer,
  type ClientOptions,
  type OpenReissue,
  type Reissue,
} from '#libs/client';
import type { IdentifierKind, IdentityMethod, Reason } from '#libs/domain';
import { signedWithOld } from '../support/identity-answers.js';
import { documentFieldsOf } from '../support/applicant-body.js';
import { takePhoto } from '../support/photos.js';
import type { Person, Sandbox } from '../support/sandbox.js';

export interface Step {
  readonly name: string;
  /** The state of the reissue after the step; undefined before it has started. */
  readonly state: Reissue['state'] | undefined;
  readonly ms: number;
}

/** A registered reissue with the client's data. */
export interface CompletedReissue {
  readonly reissue: Reissue;
  readonly person: Person;
  /** PEM: the new certificate, then its chain. */
  readonly download: string;
  /** The new private key, PEM (PKCS#8). */
  readonly privateKey: string;
  /** R of the VID, hexadecimal. */
  readonly vidRandom: string;
  readonly steps: readonly Step[];
  readonly ms: number;
}

/** Reason, kind of identifier and identity methods of a reissue. */
interface ReissueOptions {
  readonly reason: Reason;
  readonly by: IdentifierKind;
  readonly methods: readonly IdentityMethod[];
  /** How long a call is repeated while it is refused or unfinished, in milliseconds. Default: the client library's. */
  readonly patienceMs?: number;
}

/** The step at which a reissue failed. The reason is its cause. */
export class StepFailure extends Error {
  constructor(
    readonly step: string,
    override readonly cause: Error,
  ) {
    super(`${step}: ${cause.message}`);
  }
}

/** The gateway, and the sandbox in which codes arrive. */
export interface Endpoints {
  /** The gateway's URL. */
  readonly gateway: string;
  readonly sandbox: Sandbox;
  /** Used instead of the global `fetch`. */
  readonly fetch?: ClientOptions['fetch'];
}

/** A password that no sample person has, and that the password rules allow. */
const newPassword = 'renewed-2468-Seal';

/**
 * Makes a reissue from the key pair to the registration proof, with the client library.
 *
 * @throws StepFailure
 */
export async function reissueOnce(
  { gateway, sandbox, fetch }: Endpoints,
  person: Person,
  { reason, by, methods, patienceMs }: ReissueOptions,
  onStep: (step: Step) => void = () => undefined,
): Promise<CompletedReissue> {
  const steps: Step[] = [];
  const began = performance.now();
  const client = new ResealClient({
    baseUrl: gateway,
    apiKey: 'reseal-local',
    language: 'en',
    deviceId: randomUUID(),
    ...(patienceMs !== undefined && { patienceMs }),
    ...(fetch && { fetch }),
  });
  let open: OpenReissue | undefined;

  async function take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const since = performance.now();
    try {
      const result = await work();
      const step = { name, state: open?.reissue.state, ms: performance.now() - since };
      steps.push(step);
      onStep(step);
      return result;
    } catch (error) {
      throw new StepFailure(name, error as Error);
    }
  }

  const key = await take('Key pair made', () => CertificateKey.make());
  const reissue = await take('Started, codes sent', async () => {
    const consents = consentTo(await client.terms('identity'));
    open = await client.start({ reason, applicant: applicantOf(person, by), key, consents, methods });
    return open;
  });
  const answers = await take('Codes read', () => readCodes(reissue, person, sandbox));
  await take('Identity verified', () => reissue.answerChallenges(answers));
  if (reason === 'PASSWORD_FORGOTTEN') await take('Password reset', () => reissue.resetPassword(newPassword));
  else if (reissue.reissue.next.action === 'ENTER_PASSWORD')
    await take('Password checked', () => reissue.submitPassword(person.certificatePassword));
  await take('Terms agreed to', async () => reissue.giveConsents(consentTo(await client.terms('issuance'))));
  const vidRandom = newVidRandom();
  await take('Certificate issued', () => reissue.requestCertificate({ key, vidRandom }));
  const download = await take('Downloaded', () => reissue.certificatePem());
  const registered = await take('Registered', () => reissue.proveRegistration(key));
  const ms = performance.now() - began;
  return { reissue: registered, person, download, privateKey: await pemOf(key), vidRandom, steps, ms };
}

/** The applicant for a person, with the identifier of a kind. */
function applicantOf(person: Person, by: IdentifierKind): ApplicantInput {
  const { name, mobile, carrier, rrn } = person;
  switch (by) {
    case 'MOBILE':
      return { name, mobile, carrier };
    case 'RRN':
      return { name, rrn };
    case 'DOCUMENT':
      return { name, document: documentFieldsOf(person) };
  }
}

/** The right answers of a person: from the phone's inbox, the account, the identity document and the old key. */
function readCodes(reissue: OpenReissue, person: Person, sandbox: Sandbox): Promise<ChallengeAnswer[]> {
  const answerTo = async (challenge: Challenge): Promise<string> => {
    switch (challenge.method) {
      case 'PHONE_CODE':
        return sandbox.phoneCode(person);
      case 'ONE_WON':
        return sandbox.depositCode(person);
      case 'OLD_CERTIFICATE':
        return signedWithOld(person, challenge);
      case 'ID_DOCUMENT': {
        const { bytes, contentType } = await takePhoto();
        const photoId = await reissue.uploadPhoto(new Blob([bytes], { type: contentType }));
        return JSON.stringify({ ...documentFieldsOf(person), photoId });
      }
    }
  };
  return Promise.all(
    reissue.challenges.map(async (challenge) => ({
      challengeId: challenge.challengeId,
      answer: await answerTo(challenge),
    })),
  );
}

async function pemOf(key: CertificateKey): Promise<string> {
  const lines = Buffer.from(await key.exportPrivateKey())
    .toString('base64')
    .match(/.{1,64}/g);
  return `-----BEGIN PRIVATE KEY-----\n${lines!.join('\n')}\n-----END PRIVATE KEY-----\n`;
}
