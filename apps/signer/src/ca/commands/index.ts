import type { Command } from '../context.js';
import { init } from './init.js';
import { publishCrl } from './publish-crl.js';
import { rotate } from './rotate.js';
import { status } from './status.js';

/** In the order in which help shows them. */
export const commands: readonly Command[] = [init, status, rotate, publishCrl];
