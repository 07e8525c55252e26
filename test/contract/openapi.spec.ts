import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { problemCatalogue } from '#libs/contracts';
import { edgeProblems, openApiPath } from '#libs/http';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describeGateway } from '../../apps/gateway/src/openapi/describe-gateway.js';

interface Media {
  schema: object;
  example?: unknown;
  examples?: Record<string, { $ref: string }>;
}
interface Operation {
  operationId: string;
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; examples: Record<string, { value: object }> };
}

let document: Document;
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const operations = () => Object.values(document.paths).flatMap((item) => Object.values(item));

beforeAll(async () => {
  document = (await describeGateway()) as unknown as Document;
  ajv.addSchema({ components: document.components }, 'document');
});

/** Validates a value against a schema of the document, without checking formats. */
function faults(schema: object, value: unknown): unknown {
  const absolute = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
  const validate = ajv.compile(JSON.parse(absolute) as object);
  return validate(value) ? [] : validate.errors;
}

describe('the OpenAPI document', () => {
  it('The committed OpenAPI document is the one that the controllers make (npm run openapi)', () => {
    expect(JSON.parse(readFileSync(openApiPath('openapi'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(document)),
    );
  });

  it('The OpenAPI document has an example for every JSON request and answer, valid by its schema', () => {
    for (const { operationId, requestBody, responses } of operations()) {
      const media = [
        requestBody,
        ...Object.entries(responses)
          .filter(([status]) => /^2/.test(status))
          .map(([, response]) => response),
      ]
        .flatMap((part) => Object.entries(part?.content ?? {}))
        .filter(([type]) => type === 'application/json');
      for (const [, { schema, example }] of media) {
        expect([operationId, example]).not.toEqual([operationId, undefined]);
        expect([operationId, faults(schema, example)]).toEqual([operationId, []]);
      }
    }
  });

  it('The OpenAPI document has valid problems as examples, each under its own status', () => {
    for (const { responses } of operations()) {
      for (const [status, { content = {} }] of Object.entries(responses)) {
        for (const { $ref } of Object.values(content['application/problem+json']?.examples ?? {})) {
          const { value } = document.components.examples[$ref.split('/').at(-1)!]!;
          expect(faults(content['application/problem+json']!.schema, value)).toEqual([]);
          expect(value).toMatchObject({ status: Number(status) });
        }
      }
    }
  });

  it('The OpenAPI document mentions every problem of the catalogue, except those of HTTP itself', () => {
    const text = JSON.stringify(document.paths);
    const missing = Object.keys(problemCatalogue).filter(
      (slug) => !text.includes(`"urn:reseal:problem:${slug}"`),
    );
    expect(missing).toEqual(['method-not-allowed', 'request-timeout', 'uri-too-long', 'headers-too-large']);
  });

  it('The OpenAPI document has no dangling reference', () => {
    for (const [, path] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/([^"]+)"/g)) {
      const [kind, name] = path!.split('/');
      expect(Object.keys((document.components as unknown as Record<string, object>)[kind!] ?? {})).toContain(
        name,
      );
    }
  });

  it('The OpenAPI document requires an Idempotency-Key on every POST and the token under every reissue', () => {
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        const text = JSON.stringify(operation);
        expect([path, method, text.includes('parameters/IdempotencyKey')]).toEqual([
          path,
          method,
          method === 'post',
        ]);
        expect([path, method, text.includes('accessToken":[]')]).toEqual([
          path,
          method,
          path.includes('{id}'),
        ]);
      }
    }
  });
});

it('Problems of HTTP itself have the same status everywhere', () => {
  const unknownToGateway = ['unauthorized', 'forbidden'];
  for (const [slug, { status }] of Object.entries(edgeProblems)) {
    const known = (problemCatalogue as Record<string, { status: number }>)[slug];
    if (unknownToGateway.includes(slug)) expect(known).toBeUndefined();
    else expect([slug, known?.status]).toEqual([slug, status]);
  }
});
