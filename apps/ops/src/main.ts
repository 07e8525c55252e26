import { recordProcessStart } from '#libs/audit-log';
import { describeConfig, directUrlOf, exitOnConfigError, loadConfig } from '#libs/config';
import { exitOnTransactionPooler } from '#libs/db';
import { bootstrap } from '#libs/http';
import { createLogger } from '#libs/observability';
import { opsConfig } from './config.js';
import { OpsDependencies } from './dependencies.js';
import { OpsModule } from './ops.module.js';
import { opsDependencyProblem } from './problems.js';

const name = 'ops';
const config = exitOnConfigError(() => loadConfig(opsConfig));
const logger = createLogger({ name, level: config.logLevel });

await exitOnTransactionPooler({ databaseUrl: directUrlOf(config), applicationName: `reseal-${name}` });

const app = await bootstrap({
  name,
  module: OpsModule.with(config),
  config,
  logger,
  problemOf: opsDependencyProblem,
  tlsOnly: config.env !== 'development',
});
const { db, clock, clocks } = app.get(OpsDependencies);
await recordProcessStart({
  db,
  process: name,
  config: describeConfig(opsConfig, config),
  clock,
  admit: clocks.requireCompared,
  logger,
});
