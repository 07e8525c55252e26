import { randomUUID } from 'node:crypto';
import type { consentSchema, termsSchema } from '#libs/contracts';
import { seal } from '#libs/client';
import type { EnvelopePurpose } from '#libs/vault';
import type { JWK } from 'jose';
import type { z } from 'zod';
import { expectSuccess, send, type Answer, type Call, type Patience } from './http.js';

type Terms = z.output<typeof termsSchema>;
export type Consent = z.output<typeof consentSchema>;

/** What may be said of a call beside its body; every default is right. */
export interface CallOptions extends Patience {
  /** Default: a new one. The same key with the same body is the same call. */
  readonly idempotencyKey?: string;
  /** Bearer token. */
  readonly accessToken?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A new Idempotency-Key. */
export const newIdempotencyKey = () => `key-${randomUUID()}`;

/** A front end's view of the gateway: calls, and what it must know before it makes one. */
export class Gateway {
  private readonly cache = new Map<string, Promise<unknown>>();

  constructor(
    readonly url: string,
    private readonly apiKey = 'reseal-local',
  ) {}

  get<Body>(path: string, options: CallOptions = {}): Promise<Answer<Body>> {
    return this.send('GET', path, undefined, options);
  }

  post<Body>(path: string, body: unknown, options: CallOptions = {}): Promise<Answer<Body>> {
    const idempotencyKey = options.idempotencyKey ?? newIdempotencyKey();
    return this.send('POST', path, body, { ...options, idempotencyKey });
  }

  /** The terms of a stage in Korean; fetched once. */
  terms(stage: 'identity' | 'issuance'): Promise<Terms[]> {
    return this.once(`/v1/terms?stage=${stage}&locale=ko`);
  }

  /** Consent to all terms of a stage, the optional ones left out unless `agreeToOptional`. */
  async consents(stage: 'identity' | 'issuance', agreeToOptional = false): Promise<Consent[]> {
    return (await this.terms(stage)).map(({ termsId, version, digest, mandatory }) => ({
      termsId,
      version,
      digest,
      agreed: mandatory || agreeToOptional,
    }));
  }

  /** The keys to seal to, the current one first, and how the gateway calls this front end; fetched once. */
  keys(): Promise<{ readonly keys: readonly JWK[]; readonly client: string }> {
    return this.once('/v1/keys');
  }

  /**
   * Seals a secret to the gateway's current key, for one purpose and subject (the reissue id).
   *
   * @param keyThumbprint of the reissue's key; undefined where there is no reissue
   */
  async seal(
    purpose: EnvelopePurpose,
    sub: string,
    value: string,
    keyThumbprint: string | undefined,
  ): Promise<string> {
    const {
      keys: [publicJwk],
      client,
    } = await this.keys();
    if (!publicJwk) throw new Error('the gateway publishes no key to seal to');
    return seal(value, { purpose, sub, client, keyThumbprint, publicJwk });
  }

  private send<Body>(
    method: Call['method'],
    path: string,
    body: unknown,
    { idempotencyKey, accessToken, headers, ...patience }: CallOptions,
  ): Promise<Answer<Body>> {
    const call: Call = {
      method,
      url: this.url + path,
      headers: {
        'x-api-key': this.apiKey,
        'accept-language': 'en',
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
        ...headers,
      },
      body,
    };
    return send(call, patience);
  }

  private once<Body>(path: string): Promise<Body> {
    const known = this.cache.get(path) ?? this.get<Body>(path).then(expectSuccess);
    this.cache.set(path, known);
    known.catch(() => this.cache.delete(path));
    return known as Promise<Body>;
  }
}
