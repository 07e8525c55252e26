import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  identityText,
  registrationText,
  type Apply,
  type CallOrigin,
  type ConfirmReissue,
  type ConsentGiven,
  type IdentityMethod,
  type Reason,
  type StartReissue,
  type Stop,
} from '#libs/domain';
import type { ChallengeRow } from '#libs/db/identity';
import { findReissue, type ReissueRow } from '#libs/db/reissues';
import { stopLinkDigest } from '#libs/stop-links';
import { termsInForce, type TermsCatalogue } from '#libs/terms';
import { seal } from '#libs/client';
import type { EnvelopePurpose } from '#libs/vault';
import { KeyPair } from '../support/key-pair.js';
import { documentOf } from './outside-world.js';
import type { Person } from './people.js';
import { putVaultItem } from './put-vault-item.js';
import type { World } from './world.js';

const defaultOrigin: CallOrigin = { address: '192.0.2.1', agent: 'spec' };

export interface Application {
  readonly reason?: Reason;
  readonly key?: KeyPair;
  /** The origin of the calls. */
  readonly origin?: CallOrigin;
  /** The language of the terms that the applicant accepts. */
  readonly locale?: 'ko' | 'en';
}

/** Changes that make an envelope wrong. */
interface Sealing {
  readonly sub?: string;
  readonly purpose?: EnvelopePurpose;
  readonly client?: string;
  readonly keyThumbprint?: string;
}

interface OldSigning {
  readonly key?: Pick<KeyPair, 'sign'> | undefined;
  /** DER. */
  readonly certificate?: Buffer | undefined;
  /** The text to sign instead of the challenge's. */
  readonly text?: string;
}

interface StopAnswer {
  readonly token?: string;
  readonly suspendCertificate?: boolean;
}

/** Makes the messages to a reissue as a client and the gateway do. */
export class Applicant {
  readonly reissueId = `ri_${randomBytes(16).toString('hex')}`;
  private calls = 0;

  private constructor(
    readonly world: World,
    readonly person: Person,
    readonly reason: Reason,
    readonly key: KeyPair,
    private readonly origin: CallOrigin,
    private readonly locale: 'ko' | 'en',
  ) {}

  static async of(world: World, person: Person, application: Application = {}): Promise<Applicant> {
    const { reason = 'EXPIRED', key = await KeyPair.make(), origin = defaultOrigin } = application;
    return new Applicant(world, person, reason, key, origin, application.locale ?? 'ko');
  }

  start(methods: readonly IdentityMethod[] = ['PHONE_CODE', 'ONE_WON']): StartReissue {
    return {
      ...this.call('start'),
      kind: 'start',
      reissueId: this.reissueId,
      apiKeyName: 'spec',
      reason: this.reason,
      applicant: { name: this.person.name, mobile: this.person.mobile },
      keyThumbprint: this.key.thumbprint,
      consents: this.consents('identity'),
      methods,
    };
  }

  requestChallenges(methods: readonly IdentityMethod[]) {
    return { ...this.call('requestChallenges'), kind: 'requestChallenges' as const, methods };
  }

  /** Answers the newest challenge of each method. `undefined` stands for the right answer. */
  async answerChallenges(codes: Partial<Record<IdentityMethod, string | undefined>>, sealing: Sealing = {}) {
    const call = this.call('answerChallenges');
    const answers = [];
    for (const [method, code] of Object.entries(codes) as [IdentityMethod, string | undefined][]) {
      const challengeId = (await this.newestChallenge(method)).challenge_id;
      const value = code ?? (await this.rightAnswer(method));
      const answer = await this.sealed(call.updateId, value, 'identity', sealing, challengeId);
      answers.push({ challengeId, answer });
    }
    return { ...call, kind: 'answerChallenges' as const, answers };
  }

  /** The answer with the old certificate's signature, or a forged one. */
  async signedWithOld({
    key = this.person.oldKey,
    certificate = this.person.oldCertificate,
    text,
  }: OldSigning = {}) {
    const { challenge_id, nonce } = await this.newestChallenge('OLD_CERTIFICATE');
    const signed = Buffer.from(text ?? identityText(this.reissueId, challenge_id, nonce!));
    return JSON.stringify({
      certificate: certificate!.toString('base64'),
      signature: key!.sign(signed).toString('base64url'),
    });
  }

  async submitPassword(password = this.person.password, sealing: Sealing = {}) {
    const call = this.call('submitPassword');
    const handle = await this.sealed(call.updateId, password, 'password', sealing);
    return { ...call, kind: 'submitPassword' as const, password: handle };
  }

  async resetPassword(password: string, sealing: Sealing = {}) {
    const call = this.call('resetPassword');
    const handle = await this.sealed(call.updateId, password, 'password', sealing);
    return { ...call, kind: 'resetPassword' as const, newPassword: handle };
  }

  giveConsents(consents = this.consents('issuance')) {
    return { ...this.call('giveConsents'), kind: 'giveConsents' as const, consents };
  }

  async requestCertificate(key = this.key, random = randomBytes(20).toString('hex'), sealing: Sealing = {}) {
    const call = this.call('requestCertificate');
    const vidRandom = await this.sealed(call.updateId, random, 'vid-random', sealing);
    return { ...call, kind: 'requestCertificate' as const, csr: await key.request(), vidRandom };
  }

  apply(parts: Apply['parts']): Apply {
    return { ...this.call('apply'), kind: 'apply', parts };
  }

  async proveRegistration(key = this.key) {
    const row = await this.row();
    const text = registrationText(this.reissueId, row.serial ?? '', row.registration_nonce ?? '');
    return {
      ...this.call('proveRegistration'),
      kind: 'proveRegistration' as const,
      challengeId: row.registration_challenge_id ?? 'none',
      signature: key.sign(Buffer.from(text)).toString('base64url'),
    };
  }

  cancel() {
    return { ...this.call('cancel'), kind: 'cancel' as const };
  }

  /** The answer to the link in a message, by default to that of this reissue. */
  answerLink(
    answer: 'STOP' | 'MINE',
    { token = this.stopToken(), suspendCertificate = false }: StopAnswer = {},
  ): Stop | ConfirmReissue {
    const link = { ...this.call(answer), linkDigest: stopLinkDigest(token) };
    return answer === 'STOP'
      ? { ...link, kind: 'stop', suspendCertificate }
      : { ...link, kind: 'confirmReissue' };
  }

  /** The token of this reissue's link. */
  stopToken(): string {
    return this.world.stopLinks.urlOf(this.reissueId)!.split('.').at(-1)!;
  }

  /** Consents to all terms in force. */
  consents(stage: 'identity' | 'issuance', catalogue: TermsCatalogue = this.world.terms): ConsentGiven[] {
    return termsInForce(catalogue, stage, this.locale, this.world.clock.now()).map(
      ({ termsId, version, digest }) => ({ termsId, version, digest, agreed: true }),
    );
  }

  async row(): Promise<ReissueRow> {
    const row = await findReissue(this.world.owner, this.reissueId);
    if (!row) throw new Error('the reissue has no row');
    return row;
  }

  /** The right answer to the newest challenge of this method. */
  async rightAnswer(method: IdentityMethod): Promise<string> {
    switch (method) {
      case 'PHONE_CODE':
      case 'ONE_WON': {
        const { transaction_id } = await this.newestChallenge(method);
        return this.world.outside.providerOf(method).codeOf(transaction_id);
      }
      case 'ID_DOCUMENT':
        return documentOf(this.person);
      case 'OLD_CERTIFICATE':
        return this.signedWithOld();
    }
  }

  async newestChallenge(method: IdentityMethod): Promise<ChallengeRow> {
    const row = await this.world.owner
      .selectFrom('challenge')
      .selectAll()
      .where('reissue_id', '=', this.reissueId)
      .where('method', '=', method)
      .orderBy(sql`state = 'REPLACED'`) // sent again at the same time
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!row) throw new Error(`there is no challenge for ${method}`);
    return row;
  }

  private async sealed(
    updateId: string,
    value: string,
    purpose: EnvelopePurpose,
    sealing: Sealing,
    challengeId: string | null = null,
  ) {
    const now = this.world.clock.now();
    const handle = randomBytes(16).toString('hex');
    const envelope = await seal(value, {
      purpose,
      sub: this.reissueId,
      client: 'spec',
      keyThumbprint: this.key.thumbprint,
      publicJwk: this.world.vaultKey,
      now: now.getTime(),
      ...sealing,
    });
    const item = { handle, reissue_id: this.reissueId, update_id: updateId, envelope, created_at: now };
    const about = { purpose, challenge_id: challengeId, key_thumbprint: this.key.thumbprint };
    await putVaultItem(this.world.gateway, item, { jti: randomUUID(), ...about });
    return handle;
  }

  private call(kind: string) {
    this.calls += 1;
    const updateId = `${kind}-${this.calls}`;
    return {
      updateId,
      requestHmac: createHash('sha256').update(updateId).digest('hex'),
      origin: this.origin,
    };
  }
}
