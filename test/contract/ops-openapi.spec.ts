import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { describeOps } from '../../apps/ops/src/openapi/describe-ops.js';
import { openApiPath } from '#libs/http';

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly responses: Record<string, unknown>;
}

let document: { paths: Record<string, Record<string, Operation>> };
beforeAll(async () => {
  document = JSON.parse(JSON.stringify(await describeOps())) as typeof document;
});

describe('the OpenAPI document of the operators’ app', () => {
  it('The committed OpenAPI document of the operators’ app is the one that the controllers make (npm run openapi)', () => {
    expect(JSON.parse(readFileSync(openApiPath('openapi-ops'), 'utf8'))).toEqual(document);
  });

  it('The OpenAPI document of the operators’ app names every call once, with a summary and its answers', () => {
    const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids).toEqual([...new Set(ids)]);
    for (const { operationId, summary, responses } of operations) {
      expect([operationId, summary]).toEqual([operationId, expect.stringMatching(/\w/)]);
      expect([operationId, Object.keys(responses).filter((status) => /^2/.test(status)).length]).not.toEqual([
        operationId,
        0,
      ]);
    }
  });
});
