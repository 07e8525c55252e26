import { randomUUID } from 'node:crypto';
import type { consentSchema, termsSchema } from '#libs/contracts';
import { seal } from '#libs/client';
import type { EnvelopePurpose } from '#libs/vault';
import type { JWK } from 'jose';
import type { z } from 'zod';
import { expectSuccess, send, type Answer, type Call, type Patience } from './http.js';

type Terms = z.output<typeof termsSchema>;
export type Consent = z.output<typeof consentSchema>;

/** Options of a call. The defaults make a correct call. */
export interface CallOptions extends Patience {
  /** Default: a new key. The same key with the same body is the same call. */
  readonly idempotencyKey?: string;
  /** Bearer token. */
  readonly accessToken?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A new Idempotency-Key. */
export const newIdempotencyKey = () => `key-${randomUUID()}`;

/** A client of the gateway: makes calls, and fetches the terms and keys that they need. */
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

  /** The terms of a stage in Korean. Fetched once. */
  terms(stage: 'identity' | 'issuance'): Promise<Terms[]> {
    return this.once(`/v1/terms?stage=${stage}&locale=ko`);
  }

  /** Consent to all mandatory terms of a stage, and to optional ones if `agreeToOptional`. */
  async consents(stage: 'identity' | 'issuance', agreeToOptional = false): Promise<Consent[]> {
    return (await this.terms(stage)).map(({ termsId, version, digest, mandatory }) => ({
      termsId,
      version,
      digest,
      agreed: mandatory || agreeToOptional,
    }));
  }

  /** The sealing keys, current first, and the gateway's name of this front end. Fetched once. */
  keys(): Promise<{ readonly keys: readonly JWK[]; readonly client: string }> {
    return this.once('/v1/keys');
  }

  /**
   * Seals a secret to the gateway's current key, for one purpose and subject (the reissue id).
   *
   * @param keyThumbprint of the reissue's key; undefined without a reissue
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
