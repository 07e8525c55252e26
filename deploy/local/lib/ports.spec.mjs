import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import net from 'node:net';
import { assertPortsFree, claimFreePorts } from './ports.mjs';
import { portsToListenOn, readSettings } from './settings.mjs';

/** @import { AddressInfo } from 'node:net' */

const server = net.createServer();
beforeEach(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(async () => {
  await once(server.close(), 'close');
});

/** Settings of a stack that listens on one port only, the one for PostgreSQL. */
function settingsWith(/** @type {number} */ postgresPort) {
  const settings = readSettings({
    RESEAL_POSTGRES_PORT: String(postgresPort),
    RESEAL_TEMPORAL_ADDRESS: 'elsewhere:7233',
    RESEAL_KAFKA_BROKERS: 'elsewhere:9092',
  });
  return { ...settings, infrastructureOnly: true };
}

test('A port in use is refused with its owner and the variable that changes it', async () => {
  const { port } = /** @type {AddressInfo} */ (server.address());
  const settings = settingsWith(port);
  await expect(assertPortsFree(settings)).rejects.toThrow(
    `Port ${port} is in use, but PostgreSQL needs it: free it, or set RESEAL_POSTGRES_PORT.`,
  );
});

test('Free ports are accepted', async () => {
  const { port } = /** @type {AddressInfo} */ (server.address());
  await once(server.close(), 'close');
  await expect(assertPortsFree(settingsWith(port))).resolves.toBeUndefined();
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

test('Launchers that start at the same time claim different ports', async () => {
  const claimed = await Promise.all(Array.from({ length: 6 }, () => claimFreePorts({})));
  const ports = claimed.flatMap((env) => portsToListenOn(readSettings(env)).map(({ port }) => port));
  expect(ports.filter((port, index) => ports.indexOf(port) !== index)).toEqual([]);
});

test('A stack with external servers listens on the ports of its apps only', () => {
  const settings = readSettings({
    RESEAL_POSTGRES_URL: 'postgresql://elsewhere',
    RESEAL_TEMPORAL_ADDRESS: 'elsewhere:7233',
    RESEAL_KAFKA_BROKERS: 'elsewhere:9092',
  });
  const keys = portsToListenOn(settings).map(({ key }) => key);
  expect(keys).toContain('RESEAL_GATEWAY_PORT');
  expect(keys.filter((key) => /POSTGRES|TEMPORAL|KAFKA/.test(key))).toEqual([]);
});

test('A port that is not a number from 1024 to 65535 is refused', () => {
  expect(() => readSettings({ RESEAL_GATEWAY_PORT: '80' })).toThrow('RESEAL_GATEWAY_PORT must be a port');
});
