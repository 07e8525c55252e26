import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reissueIdOf, reissueIdPattern, registrationText, workflowIdOf } from './index.js';

const reissueId = `ri_${'0123456789abcdef'.repeat(2)}`;

describe('ids', () => {
  it('A reissue id and its workflow id are derived from each other', () => {
    expect(workflowIdOf(reissueId)).toBe(`reissue/${reissueId}`);
    expect(reissueIdOf(workflowIdOf(reissueId))).toBe(reissueId);
  });

  it.each(['reconcile', 'reconcile-2026-11-05T00:00:00Z', '', 'reissues/x'])(
    'The workflow id %p is not a reissue',
    (workflowId) => {
      expect(reissueIdOf(workflowId)).toBeUndefined();
    },
  );

  it.each([
    [reissueId, true],
    [reissueId.toUpperCase(), false],
    [`${reissueId}0`, false],
    [reissueId.slice(0, -1), false],
    [`${reissueId}\n`, false],
    [` ${reissueId}`, false],
    [reissueId.replace('ri_', ''), false],
  ])('The text %p is a reissue id: %p', (id, valid) => {
    expect(reissueIdPattern.test(id)).toBe(valid);
  });
});

describe('the texts to sign', () => {
  it('A text to sign begins with its purpose', () => {
    expect(registrationText(reissueId, '00ff', 'nonce')).toBe(
      `reseal/registration/v1\n${reissueId}\n00ff\nnonce`,
    );
  });

  it('Texts to sign differ if reissue, serial or nonce differ', () => {
    const hex = fc.stringMatching(/^[0-9a-f]{1,8}$/);
    fc.assert(
      fc.property(fc.tuple(hex, hex, hex), fc.tuple(hex, hex, hex), (a, b) => {
        expect(registrationText(...a) === registrationText(...b)).toBe(a.join() === b.join());
      }),
    );
  });
});
