import { newVidRandom, type ConsentInput, type SealPurpose } from '#libs/client';

/** The members of the OpenAPI document that are changed here. */
export interface ApiDocument {
  info: { description: string };
  paths: Record<string, Record<string, Endpoint>>;
  components?: { parameters?: Record<string, Parameter> };
}

interface Parameter {
  readonly required?: boolean;
  readonly schema?: { readonly examples?: readonly unknown[] };
  example?: unknown;
}

interface Endpoint {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter & { readonly name?: string })[];
  readonly requestBody?: { readonly content: Record<string, { example?: unknown }> };
}

/** Consents to the terms that are in force now, by stage. */
interface Consents {
  readonly identity: readonly ConsentInput[];
  readonly issuance: readonly ConsentInput[];
}

/** The purpose of a sealed value, by the name of its request member. */
export const purposeOfMember: Readonly<Record<string, SealPurpose>> = {
  answer: 'identity',
  password: 'password',
  newPassword: 'password',
  rrn: 'rrn',
  document: 'document',
  vidRandom: 'vid-random',
  random: 'vid-random',
};

/** Prefix of an example value that the page seals before it is sent. */
export const sealPrefix = 'seal: ';
/** Example values that the page replaces by what it makes with its key. */
export const madeByPage = { csr: 'make: a certificate request', signature: 'make: the signature' } as const;

/** Example value that the page replaces by the serial number of the newest certificate. */
export const exampleSerial = '3f1c0d9a5b7e42868d1f6a2c4b90e7d3';

/** R of the VID for all certificates of this page: a VID check needs the R of the certificate request. */
const random = newVidRandom();
const sampleSecrets: Readonly<Record<string, () => string>> = {
  answer: () => 'the code',
  rrn: () => '9001011234567',
  vidRandom: () => random,
  random: () => random,
};

const introduction = `**Try it out** works here, against this gateway. The page seals each value that begins with \`seal: \` before it is sent, makes
certificate request and signature with its own key, and replaces the ids and tokens of the examples by those of the newest
reissue. On a local stack the sandbox (port 3003) has sample people, and shows the messages and deposits that they receive:
start with the name and mobile number of one of them.

`;

/** The document with examples that can be sent: the terms in force, the page's key, and secrets to be sealed. */
export function makeRunnable(document: ApiDocument, thumbprint: string, consents: Consents): ApiDocument {
  for (const { operationId, parameters, requestBody } of Object.values(document.paths).flatMap((item) =>
    Object.values(item),
  )) {
    for (const parameter of parameters ?? [])
      if (parameter.name === 'serial') parameter.example = exampleSerial;
    const agreed = consents[operationId === 'startReissue' ? 'identity' : 'issuance'];
    for (const media of Object.values(requestBody?.content ?? {}))
      if (media.example !== undefined) media.example = fillIn('', media.example, { thumbprint, agreed });
  }
  // Swagger UI prefills only this form of example.
  for (const parameter of Object.values(document.components?.parameters ?? {}))
    if (parameter.required && parameter.schema?.examples) parameter.example = parameter.schema.examples[0];
  document.info.description = introduction + document.info.description;
  return document;
}

function fillIn(
  name: string,
  example: unknown,
  now: { thumbprint: string; agreed: readonly ConsentInput[] },
): unknown {
  if (name === 'keyThumbprint') return now.thumbprint;
  if (name === 'consents') return now.agreed;
  if (name === 'csr' || name === 'signature') return madeByPage[name];
  if (purposeOfMember[name] !== undefined && typeof example === 'string')
    return sealPrefix + (sampleSecrets[name]?.() ?? 'the password');
  if (Array.isArray(example)) return example.map((item) => fillIn(name, item, now));
  if (typeof example === 'object' && example !== null)
    return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, fillIn(key, value, now)]));
  return example;
}
