import { ownTerminal } from '../terminal.js';
import { runTerms } from './terms.js';

process.exitCode = await runTerms(process.argv.slice(2), ownTerminal);
