import { ownTerminal } from '../terminal.js';
import { runVerify } from './verify.js';

process.exitCode = await runVerify(process.argv.slice(2), ownTerminal);
