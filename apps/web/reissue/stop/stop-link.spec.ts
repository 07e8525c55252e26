import { expect, it } from '@jest/globals';
import { stopLinkOf } from './stop-link.js';

const reissueId = `ri_${'0'.repeat(32)}`;
const token = 'q3Zb8sWm1xYt0uPvLrK5cA';

it('The fragment of a stop link names a reissue and a token, and no other fragment does', () => {
  expect(stopLinkOf(`#stop=${reissueId}.${token}`)).toEqual({ reissueId, token });
  for (const other of [
    '',
    '#receive=12345678',
    `#stop=${reissueId}`,
    `#stop=${token}`,
    `#stop=${reissueId}.<b>`,
  ])
    expect(stopLinkOf(other)).toBeUndefined();
});
