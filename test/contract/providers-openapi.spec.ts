import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openApiPath } from '#libs/http';
import { describeProviders } from '../../apps/sandbox/src/openapi/describe-providers.js';

interface Operation {
  readonly operationId: string;
  readonly requestBody?: object;
  readonly responses: Record<string, { readonly content?: object }>;
}

let document: { paths: Record<string, Record<string, Operation>> };
beforeAll(async () => {
  document = JSON.parse(JSON.stringify(await describeProviders())) as typeof document;
});

describe('the OpenAPI document of the providers', () => {
  it('The committed OpenAPI document of the providers is the one that the sandbox makes (npm run openapi)', () => {
    expect(JSON.parse(readFileSync(openApiPath('openapi-providers'), 'utf8'))).toEqual(document);
  });

  it('The OpenAPI document of the providers has every call of the worker, with its request and its answer', () => {
    const calls = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => {
        expect([path, operation.responses['200']?.content]).toEqual([path, expect.anything()]);
        expect([path, operation.requestBody !== undefined]).toEqual([path, method === 'post']);
        return `${method} ${path}`;
      }),
    );
    expect(calls.sort()).toEqual([
      'get /v1/document/checks/{attemptId}',
      'get /v1/one-won/transactions/{transactionId}',
      'get /v1/one-won/verifications/{attemptId}',
      'get /v1/risk/decisions/{decisionId}',
      'get /v1/telecom/transactions/{transactionId}',
      'get /v1/telecom/verifications/{attemptId}',
      'post /v1/document/checks',
      'post /v1/one-won/transfers',
      'post /v1/one-won/verifications',
      'post /v1/risk/decisions',
      'post /v1/sms',
      'post /v1/telecom/codes',
      'post /v1/telecom/verifications',
    ]);
  });
});
