import 'reflect-metadata';
import { recordProcessStart } from '#libs/audit-log';
import { describeConfig, directUrlOf, exitOnConfigError, loadConfig } from '#libs/config';
import { exitOnTransactionPooler } from '#libs/db';
import { bootstrap } from '#libs/http';
import { createLogger } from '#libs/observability';
import { statusConfig } from './config.js';
import { StatusModule, parseOcspRequestBodies } from './status.module.js';
import { StatusDependencies } from './dependencies.js';

const name = 'status';
const config = exitOnConfigError(() => loadConfig(statusConfig));
const logger = createLogger({ name, level: config.logLevel });
const clock = () => new Date();

await exitOnTransactionPooler({ databaseUrl: directUrlOf(config), applicationName: `reseal-${name}` });

const app = await bootstrap({
  name,
  config,
  logger,
  module: StatusModule.with(config, { clock, logger }),
  configure: parseOcspRequestBodies,
});
await recordProcessStart({
  db: app.get(StatusDependencies).db,
  process: name,
  config: describeConfig(statusConfig, config),
  clock,
  admit: app.get(StatusDependencies).clocks.requireCompared,
  logger,
});
