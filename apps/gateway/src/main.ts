import { recordProcessStart } from '#libs/audit-log';
import { describeConfig, directUrlOf, exitOnConfigError, loadConfig } from '#libs/config';
import { exitOnTransactionPooler } from '#libs/db';
import { bootstrap } from '#libs/http';
import { createLogger } from '#libs/observability';
import { gatewayConfig } from './config.js';
import { GatewayDependencies } from './dependencies.js';
import { GatewayModule } from './gateway.module.js';
import { acceptPhotos } from './photos/accept-multipart.js';
import { dependencyProblem, problemPage } from './problems.js';

const name = 'gateway';
const config = exitOnConfigError(() => loadConfig(gatewayConfig));
const logger = createLogger({ name, level: config.logLevel });

await exitOnTransactionPooler({ databaseUrl: directUrlOf(config), applicationName: `reseal-${name}` });

const app = await bootstrap({
  name,
  module: GatewayModule.with(config, logger),
  config,
  logger,
  configure: acceptPhotos,
  problemOf: dependencyProblem,
  problemPage,
  tlsOnly: config.env !== 'development',
  trustProxy: config.trustProxy,
});
await recordProcessStart({
  db: app.get(GatewayDependencies).db,
  process: name,
  config: describeConfig(gatewayConfig, config),
  clock: () => new Date(),
  admit: app.get(GatewayDependencies).clocks.requireCompared,
  logger,
});
