import { ownTerminal } from '../terminal.js';
import { runCustomers } from './customers.js';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

process.exitCode = await runCustomers(process.argv.slice(2), { ...ownTerminal, signal: stopping.signal });
