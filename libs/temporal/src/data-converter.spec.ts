import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import {
  decodeOptionalFailureToOptionalError,
  encodeErrorToFailure,
  loadDataConverter,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { createDataConverter } from './data-converter.js';

describe('data converter', () => {
  const converter = loadDataConverter(createDataConverter({ current: 'k', keys: { k: new Uint8Array(32) } }));
  const context = { type: 'workflow', namespace: 'n', workflowId: 'reissue/1' } as const;

  it('A failure’s message, stack trace and details are encrypted and restored', async () => {
    const cause = new Error('canary cause');
    const error = ApplicationFailure.create({
      message: 'canary',
      type: 'Broken',
      details: [{ canary: 1 }],
      cause,
    });
    const failure = await encodeErrorToFailure(converter, error, context);
    expect(failure.message).toBe('Encoded failure');
    expect(JSON.stringify(failure)).not.toContain('canary');
    const restored = await decodeOptionalFailureToOptionalError(converter, failure, context);
    expect(restored).toMatchObject({
      message: 'canary',
      type: 'Broken',
      details: [{ canary: 1 }],
      cause: { message: 'canary cause' },
    });
  });
});
