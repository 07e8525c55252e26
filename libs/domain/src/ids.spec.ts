import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reissueIdOf, reissueIdPattern, registrationText, workflowIdOf } from './index.js';

const reissueId = `ri_${'0123456789abcdef'.repeat(2)}`;

describe('ids', () => {
  it('lead from reissue to workflow and back', () => {
    expect(workflowIdOf(reissueId)).toBe(`reissue/${reissueId}`);
    expect(reissueIdOf(workflowIdOf(reissueId))).toBe(reissueId);
  });

  it.each(['reconcile', 'reconcile-2026-11-05T00:00:00Z', '', 'reissues/x'])(
    '%p is no reissue',
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
  ])('%p as a reissue id: %p', (id, valid) => {
    expect(reissueIdPattern.test(id)).toBe(valid);
  });
});

describe('what the new key signs', () => {
  it('says what it is for before anything else', () => {
    expect(registrationText(reissueId, '00ff', 'nonce')).toBe(
      `reseal/registration/v1\n${reissueId}\n00ff\nnonce`,
    );
  });

  it('differs wherever reissue, serial or nonce differ', () => {
    const hex = fc.stringMatching(/^[0-9a-f]{1,8}$/);
    fc.assert(
      fc.property(fc.tuple(hex, hex, hex), fc.tuple(hex, hex, hex), (a, b) => {
        expect(registrationText(...a) === registrationText(...b)).toBe(a.join() === b.join());
      }),
    );
  });
});
