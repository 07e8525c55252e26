import net from 'node:net';
import { Refusal } from './refusal.mjs';
import { portsToListenOn, readSettings, shiftedPorts } from './settings.mjs';

/** Whether a TCP port of this host can be listened on now. */
export const isFree = (port, host = '127.0.0.1') =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** @throws {Refusal} naming each port in use, who wants it and the variable that moves it */
export async function assertPortsFree(settings) {
  const taken = new Map();
  for (const wanted of portsToListenOn(settings))
    if (!taken.has(wanted.key) && !(await isFree(wanted.port))) taken.set(wanted.key, wanted);
  if (taken.size === 0) return;
  const lines = [...taken.values()].map(
    ({ port, part, key }) => `Port ${port} is in use, but ${part} needs it: free it, or set ${key}.`,
  );
  throw new Refusal(lines.join('\n'));
}

/** Environment with ports nobody uses, so that a test stack runs beside a development one. */
export async function freePortEnvironment(env = process.env) {
  for (let distance = 10_000; distance <= 11_200; distance += 100) {
    const candidate = { ...env, ...shiftedPorts(distance) };
    const free = await Promise.all(portsToListenOn(readSettings(candidate)).map(({ port }) => isFree(port)));
    if (free.every(Boolean)) return candidate;
  }
  throw new Refusal('No free range of ports was found for the test stack.');
}
