// A whole reissue of an expired certificate, without a framework. A real page keeps the reissue's id and access token, so
// that the customer can continue after a reload: see “To continue later” in the README of @reseal/client.
import {
  CertificateKey,
  consentTo,
  newVidRandom,
  ReissueProblem,
  ResealClient,
  type Method,
  type OpenReissue,
  type Terms,
} from '@reseal/client';
import { readPrivateKeyFile, writePrivateKeyFile } from '@reseal/client/npki';

const client = new ResealClient({
  baseUrl: import.meta.env.VITE_GATEWAY ?? 'http://127.0.0.1:3000',
  apiKey: import.meta.env.VITE_API_KEY ?? 'reseal-local',
  language: 'en',
});

const element = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const show = (text: string) => (element('status').textContent = text);

/** Shows one form, and waits until the customer has completed it: an error is shown, and the form can be sent again. */
function step<Result>(id: string, text: string, send: (form: FormData) => Promise<Result>): Promise<Result> {
  const form = element<HTMLFormElement>(id);
  form.hidden = false;
  show(text);
  return new Promise((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      try {
        show('Please wait…');
        const result = await send(new FormData(form));
        form.hidden = true;
        resolve(result);
      } catch (error) {
        show(explain(error));
      }
    };
  });
}

/** The text of a problem is for the customer; `errors` says which member of the request was wrong. */
function explain(error: unknown): string {
  if (!(error instanceof ReissueProblem)) return String(error);
  const faults = error.document.errors?.map(({ message }) => message) ?? [];
  return [error.message, ...faults].join(' ');
}

/** A consent names exactly the text that was shown. */
async function showTerms(stage: 'identity' | 'issuance'): Promise<Terms[]> {
  const terms = await client.terms(stage, 'en');
  const texts = terms.map(({ title, text }) => {
    const details = document.createElement('details');
    const summary = document.createElement('summary');
    summary.textContent = title;
    details.append(summary, text);
    return details;
  });
  element(`${stage}-terms`).replaceChildren(...texts);
  return terms;
}

const methods: readonly Method[] = ['ONE_WON', 'PHONE_CODE'];
const vidRandom = newVidRandom();
const [keyType] = (await client.certificateProfile()).keyTypes;
const key = await CertificateKey.make({ keyType }); // the private key never leaves the device
const [identityTerms, issuanceTerms] = [await showTerms('identity'), await showTerms('issuance')];

const reissue: OpenReissue = await step('start', 'Who are you?', (form) =>
  client.start({
    reason: 'EXPIRED',
    applicant: { name: String(form.get('name')), mobile: String(form.get('mobile')) },
    key,
    consents: consentTo(identityTerms), // to the mandatory terms only
    methods,
  }),
);

await step('codes', 'Enter the codes that were sent to you.', async (form) => {
  const open = reissue.reissue.next.methods ?? [];
  const answers = reissue.challenges
    .filter(({ method }) => open.includes(method) && form.get(method))
    .map(({ challengeId, method }) => ({ challengeId, answer: String(form.get(method)) }));
  const results = await reissue.answerChallenges(answers);
  if (results.some(({ accepted }) => !accepted)) throw new Error('A code was wrong.');
});

const password = await step('apply', 'Enter the password of the old certificate.', async (form) => {
  const secret = String(form.get('password'));
  await reissue.apply({ password: secret, consents: consentTo(issuanceTerms), key, vidRandom });
  return secret;
});

show('The certificate is being issued…');
for await (const now of reissue.follow()) if (now.next.action === 'REGISTER') break;

const file = await writePrivateKeyFile({
  privateKey: await key.exportPrivateKey(),
  random: Uint8Array.from(vidRandom.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16)),
  password,
});
element<HTMLAnchorElement>('key').href = URL.createObjectURL(new Blob([file]));
element<HTMLAnchorElement>('certificate').href = URL.createObjectURL(
  new Blob([await reissue.certificatePem()]),
);

// The saved copy signs, not the key in memory: afterwards the old certificate is revoked.
await step('register', 'Save your certificate.', async (form) => {
  const saved = new Uint8Array(await (form.get('file') as File).arrayBuffer());
  const { privateKey } = await readPrivateKeyFile(saved, password);
  const algorithm = key.privateKey.algorithm;
  const imported = await crypto.subtle.importKey('pkcs8', privateKey, algorithm, false, ['sign']);
  await reissue.proveRegistration(await CertificateKey.of(imported, key.publicKey));
});
show('The new certificate is registered.');
