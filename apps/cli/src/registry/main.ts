import { ownTerminal } from '../terminal.js';
import { runRegistry } from './registry.js';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

process.exitCode = await runRegistry(process.argv.slice(2), { ...ownTerminal, signal: stopping.signal });
