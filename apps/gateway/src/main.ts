import { recordStart } from '#libs/audit-log';
import { describeConfig, exitOnConfigError, loadConfig } from '#libs/config';
import { bootstrap } from '#libs/http';
import { createLogger } from '#libs/observability';
import { configSchema } from './config.js';
import { Dependencies } from './dependencies.js';
import { dependencyProblem } from './dependency-problem.js';
import { GatewayModule } from './gateway.module.js';
import { acceptPhotos } from './photos/accept-multipart.js';

const name = 'gateway';
const config = exitOnConfigError(() => loadConfig(configSchema));
const logger = createLogger({ name, level: config.logLevel });

const app = await bootstrap({
  name,
  module: GatewayModule.with(config, logger),
  config,
  logger,
  configure: acceptPhotos,
  problemOf: dependencyProblem,
  tlsOnly: config.env !== 'development',
  trustProxy: config.trustProxy,
});
await recordStart({
  db: app.get(Dependencies).db,
  process: name,
  config: describeConfig(configSchema, config),
  clock: () => new Date(),
  admit: app.get(Dependencies).clocks.requireCompared,
  logger,
});
