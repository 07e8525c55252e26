import { newVidRandom, type ConsentInput, type SealPurpose } from '#libs/client';

/** As much of the OpenAPI document as is changed here. */
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

/** What is to be agreed to, as the gateway has it now. */
interface Consents {
  readonly identity: readonly ConsentInput[];
  readonly issuance: readonly ConsentInput[];
}

/** What a sealed value is for, by the name that it has in a request. */
export const purposeOfMember: Readonly<Record<string, SealPurpose>> = {
  answer: 'identity',
  password: 'password',
  newPassword: 'password',
  rrn: 'rrn',
  document: 'document',
  vidRandom: 'vid-random',
  random: 'vid-random',
};

/** Marks what is to be sealed before it is sent. */
export const toSeal = 'seal: ';
/** What this page makes with its key before a request is sent. */
export const toMake = { csr: 'make: a certificate request', signature: 'make: the signature' } as const;

/** Stands for the certificate that came last. */
export const exampleSerial = '3f1c0d9a5b7e42868d1f6a2c4b90e7d3';

/** R of this page's certificates: what one was asked for with is what belongs to it. */
const random = newVidRandom();
const plain: Readonly<Record<string, () => string>> = {
  answer: () => 'the code',
  rrn: () => '9001011234567',
  vidRandom: () => random,
  random: () => random,
};

const introduction = `**Try it out** works here, against this gateway. What begins with \`seal: \` is sealed by this page before it is sent,
certificate request and signature are made with a key of this page's own, and ids and tokens of the examples stand for the
reissue that was started last. On a local stack the sandbox (port 3003) has people who can come for a certificate, and shows
what arrives on their phones and accounts: start with the name and mobile number of one of them.

`;

/** The document with examples that can be sent as they are: living terms, a real key, and secrets in words. */
export function runnable(document: ApiDocument, thumbprint: string, consents: Consents): ApiDocument {
  for (const { operationId, parameters, requestBody } of Object.values(document.paths).flatMap((item) =>
    Object.values(item),
  )) {
    for (const parameter of parameters ?? [])
      if (parameter.name === 'serial') parameter.example = exampleSerial;
    const agreed = consents[operationId === 'startReissue' ? 'identity' : 'issuance'];
    for (const media of Object.values(requestBody?.content ?? {}))
      if (media.example !== undefined) media.example = living('', media.example, { thumbprint, agreed });
  }
  // Swagger UI fills in no other examples.
  for (const parameter of Object.values(document.components?.parameters ?? {}))
    if (parameter.required && parameter.schema?.examples) parameter.example = parameter.schema.examples[0];
  document.info.description = introduction + document.info.description;
  return document;
}

function living(
  name: string,
  example: unknown,
  now: { thumbprint: string; agreed: readonly ConsentInput[] },
): unknown {
  if (name === 'keyThumbprint') return now.thumbprint;
  if (name === 'consents') return now.agreed;
  if (name === 'csr' || name === 'signature') return toMake[name];
  if (purposeOfMember[name] !== undefined && typeof example === 'string')
    return toSeal + (plain[name]?.() ?? 'the password');
  if (Array.isArray(example)) return example.map((item) => living(name, item, now));
  if (typeof example === 'object' && example !== null)
    return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, living(key, value, now)]));
  return example;
}
