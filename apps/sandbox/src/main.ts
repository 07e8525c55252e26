import 'reflect-metadata';
import { exitOnConfigError } from '#libs/config';
import { createDatabase } from '#libs/db';
import { bootstrap } from '#libs/http';
import { connectTemporalClient, createDataConverter, temporalServerOf } from '#libs/temporal';
import { SandboxConfig } from './config.js';
import { BankRegistry } from './people/bank-registry.js';
import { SignerSampleCertificates } from './people/sample-certificates.js';
import { mountIssuer } from './staff/mount-issuer.js';
import { largestBody, SandboxModule } from './sandbox.module.js';

const config = exitOnConfigError(() => SandboxConfig.fromEnvironment());
const { values } = config;

await bootstrap({
  name: 'sandbox',
  config: values,
  bodyLimit: largestBody,
  configure: mountIssuer,
  module: SandboxModule.with({
    config,
    registry: new BankRegistry(
      createDatabase({ url: values.registryDatabaseUrl, max: 2, applicationName: 'reseal-sandbox' }),
      values.registryKeys,
    ),
    certificates: new SignerSampleCertificates(
      connectTemporalClient({
        ...temporalServerOf(values),
        dataConverter: createDataConverter(values.codecKeys),
      }),
      values.signerTimeoutMs,
    ),
  }),
});
