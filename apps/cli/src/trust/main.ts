import { ownTerminal } from '../terminal.js';
import { runTrust } from './trust.js';

process.exitCode = await runTrust(process.argv.slice(2), ownTerminal);
