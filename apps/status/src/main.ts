import 'reflect-metadata';
import { recordStart } from '#libs/audit-log';
import { describeConfig, exitOnConfigError, loadConfig } from '#libs/config';
import { bootstrap } from '#libs/http';
import { createLogger } from '#libs/observability';
import { statusConfig } from './config.js';
import { StatusModule, takeOcspRequests } from './status.module.js';
import { StatusParts } from './status-parts.js';

const name = 'status';
const config = exitOnConfigError(() => loadConfig(statusConfig));
const logger = createLogger({ name, level: config.logLevel });
const clock = () => new Date();

const app = await bootstrap({
  name,
  config,
  logger,
  module: StatusModule.with(config, { clock, logger }),
  configure: takeOcspRequests,
});
await recordStart({
  db: app.get(StatusParts).db,
  process: name,
  config: describeConfig(statusConfig, config),
  clock,
  admit: app.get(StatusParts).clocks.requireCompared,
  logger,
});
