import { Problem, Unreachable } from './problem.js';
import type {
  Consent,
  Method,
  PasswordRules,
  ProblemDocument,
  Reissue,
  Stage,
  Started,
  Terms,
  Verified,
  Challenge,
} from './types.js';

export interface Applicant {
  readonly name: string;
  readonly mobile?: string;
  /** JWE */
  readonly rrn?: string;
  /** JWE */
  readonly document?: string;
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string;
}

/** For how long a call is repeated while the gateway cannot be reached or is busy, in milliseconds. */
const patienceMs = 90_000;
const pauseMs = 1_500;

export const newKey = (): string => `page-${crypto.randomUUID()}`;

/**
 * The gateway's API as the page calls it. A POST that got no answer is sent again with the same Idempotency-Key and
 * body, so that it acts once.
 */
export class ReissueApi {
  /** Hears whether the gateway can be reached. */
  onReach: (reached: boolean) => void = () => undefined;

  private constructor(
    private readonly apiKey: string,
    /** The reissue that the page's cookie opens. */
    public reissueId: string | null,
    public language: string,
  ) {}

  static async open(language: string): Promise<ReissueApi> {
    const api = new ReissueApi('', null, language);
    const session = await api.json<{ apiKey: string; reissueId: string | null }>('/page/session');
    return new ReissueApi(session.apiKey, session.reissueId, language);
  }

  keys(): Promise<{ keys: JsonWebKey[] }> {
    return this.json('/v1/keys');
  }
  terms(stage: Stage): Promise<Terms[]> {
    return this.json(`/v1/terms?stage=${stage}&locale=${this.language}`);
  }
  passwordRules(): Promise<PasswordRules> {
    return this.json('/v1/password-rules');
  }

  /** Starts a reissue, and has its token kept where no script can read it. */
  async start(
    body: {
      reason: string;
      applicant: Applicant;
      keyThumbprint: string;
      consents: readonly Consent[];
      methods?: readonly Method[];
    },
    key: string,
  ): Promise<Started> {
    const started = await this.post<Started>('/v1/reissues', body, key);
    await this.call('/page/session', {
      method: 'PUT',
      headers: { authorization: `Bearer ${started.accessToken}` },
    });
    this.reissueId = started.reissue.id;
    return started;
  }

  async leave(): Promise<void> {
    this.reissueId = null;
    await this.call('/page/session', { method: 'DELETE' });
  }

  show(): Promise<Reissue> {
    return this.json(this.path(''));
  }
  challenge(methods: readonly Method[]): Promise<{ reissue: Reissue; challenges: Challenge[] }> {
    return this.post(this.path('/identity/challenges'), { methods });
  }
  photo(photo: Blob): Promise<{ photoId: string }> {
    const form = new FormData();
    form.set('photo', photo, 'photo');
    return this.post(this.path('/identity/photos'), form);
  }
  verify(challengeId: string, answer: string): Promise<Verified> {
    return this.post(this.path('/identity/verifications'), { answers: [{ challengeId, answer }] });
  }
  password(password: string): Promise<Reissue> {
    return this.post(this.path('/password'), { password });
  }
  resetPassword(newPassword: string): Promise<Reissue> {
    return this.post(this.path('/password/reset'), { newPassword });
  }
  consent(consents: readonly Consent[]): Promise<Reissue> {
    return this.post(this.path('/consents'), { consents });
  }
  requestCertificate(body: { csr: string; vidRandom: string }): Promise<Reissue> {
    return this.post(this.path('/certificate'), body);
  }
  register(body: { challengeId: string; signature: string }): Promise<Reissue> {
    return this.post(this.path('/registration'), body);
  }
  cancel(): Promise<Reissue> {
    return this.post(this.path('/cancel'), {});
  }

  /** The certificate, then those of the CAs above it, in PEM. */
  async certificates(): Promise<string> {
    const answer = await this.call(this.path('/certificate'), {
      headers: { accept: 'application/x-pem-file' },
    });
    return answer.text();
  }

  /** Server-Sent Events of the reissue. An EventSource could not name who calls. */
  events(signal: AbortSignal): Promise<Response> {
    return fetch(this.path('/events'), { headers: this.headers({ accept: 'text/event-stream' }), signal });
  }

  private path(rest: string): string {
    return `/v1/reissues/${this.reissueId}${rest}`;
  }

  private post<Body>(path: string, body: unknown, key = newKey()): Promise<Body> {
    return this.json(path, { method: 'POST', body, key });
  }

  private async json<Body>(path: string, call: Call = {}): Promise<Body> {
    return (await this.call(path, call)).json() as Promise<Body>;
  }

  private async call(path: string, call: Call = {}): Promise<Response> {
    const until = Date.now() + patienceMs;
    for (;;) {
      const answer = await this.attempt(path, call);
      if (answer && answer.ok) return answer;
      const retry = !answer || answer.status === 503 || answer.headers.has('retry-after');
      if (!retry || Date.now() > until) {
        if (answer) throw new Problem(await documentOf(answer));
        throw new Unreachable();
      }
      await pause(Math.min(Number(answer?.headers.get('retry-after') ?? 0) * 1000, 10_000) || pauseMs);
    }
  }

  private async attempt(
    path: string,
    { method = 'GET', body, headers, key }: Call,
  ): Promise<Response | undefined> {
    try {
      const isForm = body instanceof FormData;
      const answer = await fetch(path, {
        method,
        headers: this.headers({
          ...headers,
          ...(key === undefined ? {} : { 'idempotency-key': key }),
          ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        }),
        ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      });
      this.onReach(true);
      return answer;
    } catch {
      this.onReach(false);
      return undefined;
    }
  }

  private headers(more: Readonly<Record<string, string>>): Record<string, string> {
    return {
      accept: 'application/json',
      'x-api-key': this.apiKey,
      'accept-language': this.language,
      ...more,
    };
  }
}

async function documentOf(answer: Response): Promise<ProblemDocument> {
  try {
    return (await answer.json()) as ProblemDocument;
  } catch {
    return { type: 'urn:reseal:problem:internal-error', title: '', status: answer.status };
  }
}

/** Waits, or until the device is online again. */
const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      removeEventListener('online', go);
      resolve();
    };
    const timer = setTimeout(go, ms);
    addEventListener('online', go);
  });
