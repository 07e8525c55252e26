import { ownTerminal } from '../terminal.js';
import { runNpki } from './npki.js';

process.exitCode = await runNpki(process.argv.slice(2), ownTerminal);
