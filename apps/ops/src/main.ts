import 'reflect-metadata';
import { recordStart } from '#libs/audit-log';
import { describeConfig, exitOnConfigError, loadConfig } from '#libs/config';
import { bootstrap } from '#libs/http';
import { createLogger } from '#libs/observability';
import { configSchema } from './config.js';
import { Dependencies } from './dependencies.js';
import { dependencyProblem } from './dependency-problem.js';
import { OpsModule } from './ops.module.js';

const name = 'ops';
const config = exitOnConfigError(() => loadConfig(configSchema));
const logger = createLogger({ name, level: config.logLevel });

const app = await bootstrap({
  name,
  module: OpsModule.with(config),
  config,
  logger,
  problemOf: dependencyProblem,
  tlsOnly: config.env !== 'development',
});
const { db, clock, clocks } = app.get(Dependencies);
await recordStart({
  db,
  process: name,
  config: describeConfig(configSchema, config),
  clock,
  admit: clocks.requireCompared,
  logger,
});
