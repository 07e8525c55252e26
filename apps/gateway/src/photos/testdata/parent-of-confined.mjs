// Starts a confined process, and prints what the process has instead of the descriptor that this parent inherited.
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { forkConfined } from '../confined-process.ts';

const [descriptor, file, root] = process.argv.slice(2);
const child = forkConfined(file, { root, megabytes: 256, user: undefined });
child.send({ files: [], target: '/' });
await once(child, 'message');
const linkOf = (pid) => readlinkSync(`/proc/${pid}/fd/${descriptor}`);
console.log(JSON.stringify({ own: linkOf(process.pid), child: linkOf(child.pid) }));
child.kill('SIGKILL');
