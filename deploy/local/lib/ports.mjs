import net from 'node:net';
import { Refusal } from './errors.mjs';
import { portsToListenOn, readSettings, shiftedPorts } from './settings.mjs';

/** @import { Server } from 'node:net' */
/** @import { Environment, Settings, WantedPort } from '../types.js' */

/**
 * In each range, a port that no part of a stack listens on. The launcher that listens on it has claimed the range, so
 * that two launchers that start at the same time do not choose the same ports. The claim ends with the process.
 */
const claimPort = 3_099;

/** The distance between two ranges. No two ports of a stack are a multiple of it apart, so ranges do not overlap. */
const rangeDistance = 70;

/**
 * Listens on a TCP port of this host.
 * @param {number} port
 * @returns {Promise<Server | undefined>} undefined if another process listens on it
 */
function listenOn(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}

/**
 * Whether no process listens on a TCP port of this host.
 * @param {number} port
 */
async function isFree(port) {
  const server = await listenOn(port);
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  return server !== undefined;
}

/**
 * @param {Settings} settings
 * @throws {Refusal} with each port in use, the part that needs it and the variable that changes it
 */
export async function assertPortsFree(settings) {
  /** @type {Map<string, WantedPort>} */
  const taken = new Map();
  for (const wanted of portsToListenOn(settings))
    if (!taken.has(wanted.key) && !(await isFree(wanted.port))) taken.set(wanted.key, wanted);
  if (taken.size === 0) return;
  const lines = [...taken.values()].map(
    ({ port, part, key }) => `Port ${port} is in use, but ${part} needs it: free it, or set ${key}.`,
  );
  throw new Refusal(lines.join('\n'));
}

/**
 * Claims a range of free ports, so that a test stack can run next to a development stack.
 * @param {Environment} env
 * @returns {Promise<Environment>} `env` with the ports of the range
 * @throws {Refusal} if no range is free
 */
export async function claimFreePorts(env = process.env) {
  for (let distance = 10_000; distance <= 11_200; distance += rangeDistance) {
    const claim = await listenOn(claimPort + distance);
    if (!claim) continue;
    const candidate = { ...env, ...shiftedPorts(distance) };
    const free = await Promise.all(portsToListenOn(readSettings(candidate)).map(({ port }) => isFree(port)));
    if (free.every(Boolean)) {
      claim.unref();
      return candidate;
    }
    claim.close();
  }
  throw new Refusal('No free range of ports was found for the test stack.');
}
