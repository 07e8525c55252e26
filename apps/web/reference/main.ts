import { consentTo, CertificateKey, ResealClient } from '#libs/client';
import { makeRunnable, type ApiDocument } from './runnable.js';
import { TryItOut, type SwaggerResponse, type SwaggerRequest } from './try-it-out.js';

/** Swagger UI, which the page loads before this script. */
declare const SwaggerUIBundle: (options: object) => {
  preauthorizeApiKey(scheme: string, value: string): void;
};

const [document, session, key] = await Promise.all([
  json<ApiDocument>('/openapi.json'),
  json<{ apiKey: string }>('/page/session'),
  CertificateKey.make(),
]);
const { apiKey } = session;
const client = new ResealClient({ baseUrl: '', apiKey, language: 'en' });
const attempt = new TryItOut(client, key);
const [identity, issuance] = await Promise.all([client.terms('identity'), client.terms('issuance')]);
const consents = { identity: consentTo(identity), issuance: consentTo(issuance) };

const page = SwaggerUIBundle({
  spec: makeRunnable(document, key.thumbprint, consents),
  dom_id: '#api',
  deepLinking: true,
  validatorUrl: null,
  displayRequestDuration: true,
  requestInterceptor: (request: SwaggerRequest) => attempt.prepare(request),
  responseInterceptor: (answer: SwaggerResponse) => {
    const { accessToken } = attempt.learn(answer);
    if (accessToken !== undefined) page.preauthorizeApiKey('accessToken', accessToken);
    return answer;
  },
  onComplete: () => page.preauthorizeApiKey('apiKey', apiKey),
});

async function json<Body>(path: string): Promise<Body> {
  const answer = await fetch(path, { headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return (await answer.json()) as Body;
}
