import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { until } from '../support/until.js';
import { Installation, podman } from './compose.js';

jest.setTimeout(600_000);
const apps = ['gateway', 'worker', 'signer', 'ops', 'status', 'sandbox'];
const installation = new Installation();

interface Container {
  readonly Names: readonly string[];
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** The containers of a service that run. */
async function containersOf(service: string): Promise<string[]> {
  const all = JSON.parse(await podman('ps', '--format', 'json')) as Container[];
  return all
    .filter(({ Labels }) => Labels['com.docker.compose.service'] === service)
    .map(({ Names: [name] }) => name!);
}

/** Runs JavaScript in a container. @returns what it printed */
const evaluateIn = (container: string, script: string) =>
  podman('exec', container, '/nodejs/bin/node', '--eval', script);

/** Runs the health check of a container, which podman does only beside systemd by itself. */
const isReady = (container: string): Promise<boolean> =>
  podman('healthcheck', 'run', container).then(
    () => true,
    () => false,
  );

async function untilAllReady(): Promise<void> {
  for (const app of apps)
    await until(
      `all of ${app} to be ready`,
      async () => {
        const containers = await containersOf(app);
        const ready = await Promise.all(containers.map(isReady));
        return ready.length === (app === 'sandbox' ? 1 : 2) && ready.every(Boolean);
      },
      { timeoutMs: 240_000, pauseMs: 1_000 },
    );
}

/** The steps of deploy/compose/README.md. */
beforeAll(async () => {
  await installation.runOnce('setup', 'keys');
  await installation.runOnce('setup', 'database', 'ca', '--sandbox');
  await installation.runOnce('setup', 'temporal', 'kafka');
  await installation.compose('up', '--detach', '--no-recreate');
  await untilAllReady();
});
afterAll(() => installation.compose('down'));

it('A second setup finds nothing to do', async () => {
  const output = await installation.runOnce('setup', 'database', 'temporal', 'kafka', '--sandbox');
  for (const part of ['database', 'temporal', 'kafka']) expect(output).toContain(`${part}: nothing to do`);
});

it('One reissue succeeds through HAProxy', async () => {
  expect(await installation.runOnce('check')).toMatch(/Registered +REGISTERED/);
});

it('An app sees only its own keys, and can change none', async () => {
  const [gateway] = await containersOf('gateway');
  const script = `
    const fs = require('fs');
    let refusal = 'none';
    try { fs.writeFileSync('/run/secrets/token-key', ''); } catch (error) { refusal = error.code; }
    console.log(JSON.stringify([fs.readdirSync('/run/secrets').sort(), refusal]));`;
  expect(JSON.parse(await evaluateIn(gateway!, script))).toEqual([
    ['codec-keys', 'database-gateway', 'id-key', 'receipt-public-keys', 'token-key', 'vault-public-keys'],
    'EROFS',
  ]);
});

it('Staff reach the issuer by the address that their browsers use', async () => {
  const [ops] = await containersOf('ops');
  const script = `fetch('http://sandbox.localhost:3003/oidc/.well-known/openid-configuration')
    .then((response) => response.json()).then(({ issuer }) => console.log(issuer));`;
  expect((await evaluateIn(ops!, script)).trim()).toBe('http://sandbox.localhost:3003/oidc');
});

it('Reissues succeed while one of each app is killed', async () => {
  for (const app of ['gateway', 'worker', 'signer', 'ops', 'status']) {
    const [victim] = await containersOf(app);
    await podman('stop', '--time', '0', victim!);
  }
  expect(await installation.runOnce('check')).toMatch(/Registered +REGISTERED/);
  await installation.compose('up', '--detach', '--no-recreate');
  await untilAllReady();
});
