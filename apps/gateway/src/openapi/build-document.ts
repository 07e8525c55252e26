import {
  eventDataSchemas,
  problemCatalogue,
  problemSchema,
  problemType,
  type ProblemSlug,
} from '#libs/contracts';
import { reissueIdPattern } from '#libs/domain';
import { idempotencyKeyPattern, problemMediaType } from '#libs/http';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { reissues } from './examples.js';
import type { EndpointDocument } from './endpoint-document.js';
import { endpoints, problemsOf, publicEndpoints, type GatewayEndpointId } from './endpoints.js';
import { describeWebhooks } from './webhooks.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Content = Record<string, { schema?: object; example?: unknown; examples?: object }>;

/** Parameters of handlers that are documented below or, like `Accept`, by the content of the response. */
const replaced = ['id', 'accept'];
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Completes the document of the controllers: examples, problems by type, parameters and security. */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of ['get', 'post'] as const) {
      const operation = item[method];
      if (operation) completeOperation(operation, method, path);
    }
  }
  return {
    ...document,
    ...{ webhooks: describeWebhooks() },
    components: {
      ...document.components,
      schemas: { ...document.components?.schemas, ...eventDataSchemas, Problem: problemComponent() },
      parameters,
      examples,
    },
  };
}

function completeOperation(operation: Operation, method: 'get' | 'post', path: string): void {
  const id = operation.operationId as GatewayEndpointId;
  const { responses, request }: EndpointDocument = endpoints[id];
  operation.security = securityOf(id, path);
  operation.parameters = [
    ...(operation.parameters ?? []).filter(
      (parameter) => !('name' in parameter) || !replaced.includes(parameter.name),
    ),
    ...parameterNames(id, method, path).map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
  if (operation.requestBody && 'content' in operation.requestBody)
    for (const media of Object.values(operation.requestBody.content)) media.example = request;
  operation.responses = { ...operation.responses, ...problemResponses(problemsOf(id, method, path)) };
  for (const [status, answer] of Object.entries(responses)) {
    const { content = {} } = (operation.responses[status] ?? {}) as { content?: Content };
    const { description, example, content: declared, headers } = answer;
    const documented = declared ?? withExample(content, example);
    operation.responses[status] = {
      description,
      ...(headers ? { headers } : {}),
      ...(Object.keys(documented).length > 0 ? { content: documented } : {}),
    } as Operation['responses'][string];
  }
}

function securityOf(id: GatewayEndpointId, path: string): Record<string, string[]>[] {
  if (publicEndpoints.includes(id)) return [];
  return path.includes('{id}') ? [{ apiKey: [], accessToken: [] }] : [{ apiKey: [] }];
}

const withExample = (content: Content, example: unknown): Content =>
  Object.fromEntries(
    Object.entries(content).map(([type, media]) => [
      type,
      example === undefined ? media : { ...media, example },
    ]),
  );

function problemResponses(slugs: readonly ProblemSlug[]): Operation['responses'] {
  const byStatus = Map.groupBy(slugs, (slug) => problemCatalogue[slug].status);
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, sameStatus]) => [
        String(status),
        {
          description: sameStatus.map((slug) => `\`${slug}\`: ${problemCatalogue[slug].title.en}`).join('; '),
          ...(status === 429 || status === 503 ? { headers: retryAfter } : {}),
          content: {
            [problemMediaType]: {
              schema: {
                allOf: [{ $ref: '#/components/schemas/Problem' }],
                properties: { type: { enum: sameStatus.map(problemType) } },
              },
              examples: Object.fromEntries(
                sameStatus.map((slug) => [slug, { $ref: `#/components/examples/${slug}` }]),
              ),
            },
          },
        },
      ]),
  );
}

const retryAfter = {
  'Retry-After': {
    description: 'Seconds after which the client may repeat the call',
    schema: { type: 'integer' },
  },
};

/** Problems that contain the current reissue. */
const withReissue: readonly ProblemSlug[] = [
  'wrong-state',
  'parked',
  'password-wrong',
  'password-locked',
  'not-issued',
];
const withErrors: Partial<Record<ProblemSlug, { pointer: string; code?: string; message: string }>> = {
  'invalid-request': { pointer: '#/applicant/mobile', message: 'must be a Korean mobile number' },
  'consent-incomplete': {
    pointer: '#/consents',
    code: 'MISSING',
    message: 'personal-information: mandatory terms were not agreed to',
  },
  'envelope-refused': {
    pointer: '#/password',
    message: 'ENVELOPE_WRONG_SUBJECT: it was made for another reissue',
  },
};

function exampleProblem(slug: ProblemSlug): object {
  const { status, title, detail } = problemCatalogue[slug];
  const fault = withErrors[slug];
  return {
    type: problemType(slug),
    title: title.en,
    status,
    detail: detail.en,
    traceId,
    ...(fault ? { errors: [fault] } : {}),
    ...(withReissue.includes(slug)
      ? { reissue: slug === 'parked' ? reissues.parked : reissues.password }
      : {}),
  };
}

const examples = Object.fromEntries(
  (Object.keys(problemCatalogue) as ProblemSlug[]).map((slug) => [slug, { value: exampleProblem(slug) }]),
);

const parameters = {
  ReissueId: {
    name: 'id',
    in: 'path' as const,
    required: true,
    schema: { type: 'string', pattern: reissueIdPattern.source, examples: [reissues.before.id] },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header' as const,
    required: true,
    description:
      'Identifies this call. A repeated call with the same key and body gets the same response and has no further effect, as long as the reissue is stored.',
    schema: {
      type: 'string',
      minLength: 16,
      maxLength: 128,
      pattern: idempotencyKeyPattern.source,
      examples: ['4f0c1d1e-6a52-4d56-8f0e-2f6f6a2f9f10'],
    },
  },
  DeviceId: {
    name: 'X-Device-Id',
    in: 'header' as const,
    description:
      'Identifies the customer’s device by a random id that the app keeps. Limits then apply to this device apart from others at the same address, and a device on which the customer has verified their identity is recognised.',
    schema: {
      type: 'string',
      minLength: 16,
      maxLength: 128,
      pattern: idempotencyKeyPattern.source,
      examples: ['d1b7c2de-5f0a-4b3c-9a55-0f6f3a2e7c11'],
    },
  },
  LastEventId: {
    name: 'Last-Event-ID',
    in: 'header' as const,
    description: 'The `id` of the last event received',
    schema: { type: 'string', pattern: '^\\d{1,9}$' },
  },
  LastEventIdInQuery: {
    name: 'lastEventId',
    in: 'query' as const,
    description: 'Same as Last-Event-ID, for clients that cannot set the header',
    schema: { type: 'string', pattern: '^\\d{1,9}$' },
  },
  AcceptLanguage: {
    name: 'Accept-Language',
    in: 'header' as const,
    description: 'Language of the texts in problems: ko or en',
    schema: { type: 'string', examples: ['ko'] },
  },
};

function parameterNames(
  id: GatewayEndpointId,
  method: 'get' | 'post',
  path: string,
): (keyof typeof parameters)[] {
  return [
    ...(path.includes('{id}') ? (['ReissueId'] as const) : []),
    ...(method === 'post' ? (['IdempotencyKey', 'DeviceId'] as const) : []),
    ...(id === 'followEvents' ? (['LastEventId', 'LastEventIdInQuery'] as const) : []),
    'AcceptLanguage',
  ];
}

/** The schema of the gateway's problems, which may contain the reissue, instead of that of libs/http. */
function problemComponent(): object {
  const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(problemSchema, { io: 'output' });
  const { id: __, ...definition } = $defs['Problem'] ?? rest;
  // The document already has zod's $defs as components.
  return JSON.parse(JSON.stringify(definition).replaceAll('#/$defs/', '#/components/schemas/')) as object;
}
