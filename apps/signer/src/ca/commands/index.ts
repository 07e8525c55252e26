import type { Command } from '../context.js';
import { hold } from './hold.js';
import { init } from './init.js';
import { publishCrl } from './publish-crl.js';
import { release } from './release.js';
import { revokeIssuing } from './revoke-issuing.js';
import { revoke } from './revoke.js';
import { rotate } from './rotate.js';
import { status } from './status.js';

/** In the order in which help shows them. */
export const commands: readonly Command[] = [
  init,
  status,
  rotate,
  revokeIssuing,
  publishCrl,
  revoke,
  hold,
  release,
];
