import { createApplication } from '#libs/http';
import { SandboxConfig } from '../../apps/sandbox/src/config.js';
import { SandboxClock } from '../../apps/sandbox/src/clock.js';
import { BankRegistry } from '../../apps/sandbox/src/people/bank-registry.js';
import { largestBody, SandboxModule } from '../../apps/sandbox/src/sandbox.module.js';
import { Sandbox } from '../support/sandbox.js';
import { createTestDatabase } from './test-database.js';
import type { World } from './world.js';

/** A sandbox in this process for one test file. Its people are customers of the world's bank. */
export interface OwnSandbox {
  readonly url: string;
  readonly sandbox: Sandbox;
  close(): Promise<void>;
}

export async function startOwnSandbox(world: World): Promise<OwnSandbox> {
  const database = await createTestDatabase();
  const { current, keys } = world.registryKeys;
  const keyring = JSON.stringify({
    current,
    keys: Object.fromEntries(Object.entries(keys).map(([id, key]) => [id, key.toString('base64')])),
  });
  const config = SandboxConfig.fromEnvironment({
    RESEAL_ENV: 'test',
    RESEAL_LOG_LEVEL: 'silent',
    RESEAL_DATABASE_URL: database.urlOf('owner'),
    RESEAL_REGISTRY_DATABASE_URL: database.urlOf('owner'), // only the registry itself, below, is used
    RESEAL_REGISTRY_KEYS: keyring,
    RESEAL_CODEC_KEYS: keyring,
    RESEAL_SANDBOX_SMTP_PORT: '0',
  });
  const app = await createApplication({
    name: 'sandbox',
    config: config.values,
    bodyLimit: largestBody,
    module: SandboxModule.with({
      config,
      registry: new BankRegistry(world.as('sandbox', 2), world.registryKeys),
      certificates: {
        issue: (requests) => world.samples.issueSampleCertificates(requests),
        close: async () => undefined,
      },
      clock: Object.assign(new SandboxClock(), { now: world.clock.now }),
    }),
  });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    url,
    sandbox: new Sandbox(url),
    async close() {
      await app.close();
      await database.drop();
    },
  };
}
