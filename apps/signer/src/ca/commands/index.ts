import type { Command } from '../context.js';
import { holdCommand } from './hold.js';
import { initCommand } from './init.js';
import { publishCrlCommand } from './publish-crl.js';
import { releaseCommand } from './release.js';
import { revokeIssuingCommand } from './revoke-issuing.js';
import { revokeCommand } from './revoke.js';
import { rotateCommand } from './rotate.js';
import { statusCommand } from './status.js';

/** All commands, in the order of the help text. */
export const commands: readonly Command[] = [
  initCommand,
  statusCommand,
  rotateCommand,
  revokeIssuingCommand,
  publishCrlCommand,
  revokeCommand,
  holdCommand,
  releaseCommand,
];
