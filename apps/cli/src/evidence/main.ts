import { ownTerminal } from '../terminal.js';
import { runEvidence } from './evidence.js';

process.exitCode = await runEvidence(process.argv.slice(2), ownTerminal);
