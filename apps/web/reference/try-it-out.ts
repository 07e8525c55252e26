import {
  fromBase64url,
  newIdempotencyKey,
  toBase64url,
  type Challenge,
  type CertificateKey,
  type Reissue,
  type ResealClient,
} from '#libs/client';
import { exampleSerial, purposeOfMember, madeByPage, sealPrefix } from './runnable.js';

/** A request that Swagger UI is about to send. */
export interface SwaggerRequest {
  url: string;
  headers: Record<string, string>;
  body?: unknown;
  readonly loadSpec?: boolean;
}
export interface SwaggerResponse {
  readonly body?: unknown;
  readonly obj?: unknown;
}

interface Binding {
  readonly sub: string;
  readonly keyThumbprint: string | undefined;
}

interface Learned {
  readonly reissue?: Reissue;
  readonly challenges?: readonly Challenge[];
  readonly accessToken?: string;
}

/** Replaces the example values of a request by real ones, which it learns from the responses. */
export class TryItOut {
  private reissue: Reissue | undefined;
  private challenges: readonly Challenge[] = [];

  constructor(
    private readonly client: Pick<ResealClient, 'seal'>,
    private readonly key: Pick<CertificateKey, 'thumbprint' | 'request' | 'sign'>,
  ) {}

  async prepare(request: SwaggerRequest): Promise<SwaggerRequest> {
    if (request.loadSpec) return request;
    for (const name of Object.keys(request.headers))
      if (name.toLowerCase() === 'idempotency-key') request.headers[name] = newIdempotencyKey();
    if (this.reissue) request.url = request.url.replace(/ri_[0-9a-f]{32}/, this.reissue.id);
    const { serial } = this.reissue?.certificate ?? {};
    if (serial !== undefined) request.url = request.url.replace(exampleSerial, serial);
    if (typeof request.body === 'string') {
      const body = await this.realValue('', JSON.parse(request.body), this.bindingOf(request));
      request.body = JSON.stringify(body);
    }
    return request;
  }

  learn({ obj, body }: SwaggerResponse): Learned {
    const response = (obj ?? body ?? {}) as Learned & Partial<Reissue>;
    const reissue = response.reissue ?? (response.next ? (response as Reissue) : undefined);
    if (reissue) this.reissue = reissue;
    if (response.challenges) this.challenges = response.challenges;
    return response;
  }

  /**
   * The binding of sealed secrets: the reissue, or the call itself where there is no reissue (the start, a VID check);
   * and the key of the reissue, which a VID check does not have.
   */
  private bindingOf({ url, headers }: SwaggerRequest): Binding {
    const [, id] = /\/v1\/reissues\/([^/]+)\//.exec(url) ?? [];
    const call = Object.entries(headers).find(([name]) => name.toLowerCase() === 'idempotency-key')?.[1];
    const keyThumbprint = url.includes('/vid-checks') ? undefined : this.key.thumbprint;
    return { sub: id ?? call ?? '', keyThumbprint };
  }

  private async realValue(name: string, value: unknown, binding: Binding, at = 0): Promise<unknown> {
    if (Array.isArray(value))
      return Promise.all(value.map((item, index) => this.realValue(name, item, binding, index)));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        await Promise.all(
          Object.entries(value).map(
            async ([key, inner]) => [key, await this.realValue(key, inner, binding, at)] as const,
          ),
        ),
      );
    if (value === madeByPage.csr) return this.key.request();
    if (value === madeByPage.signature) return this.signature();
    if (name === 'challengeId' && isExample(value))
      return this.reissue?.next.challenge?.challengeId ?? this.challenges[at]?.challengeId ?? value;
    const purpose = purposeOfMember[name];
    if (purpose !== undefined && typeof value === 'string' && value.startsWith(sealPrefix))
      return this.client.seal(purpose, binding.sub, value.slice(sealPrefix.length), binding.keyThumbprint);
    return value;
  }

  private async signature(): Promise<string> {
    const toSign = this.reissue?.next.challenge?.toSign ?? '';
    return toBase64url(await this.key.sign(fromBase64url(toSign)));
  }
}

/** Whether a challenge id is an example of the document: real ones are longer. */
const isExample = (value: unknown) => typeof value === 'string' && /^(ch|rc)_[0-9a-f]{16}$/.test(value);
