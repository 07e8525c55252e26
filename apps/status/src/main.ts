import 'reflect-metadata';
import { exitOnConfigError, loadConfig } from '#libs/config';
import { bootstrap } from '#libs/http';
import { createLogger } from '#libs/observability';
import { statusConfig } from './config.js';
import { StatusModule, takeOcspRequests } from './status.module.js';

const name = 'status';
const config = exitOnConfigError(() => loadConfig(statusConfig));
const logger = createLogger({ name, level: config.logLevel });

await bootstrap({
  name,
  config,
  logger,
  module: StatusModule.with(config, { clock: () => new Date(), logger }),
  configure: takeOcspRequests,
});
