import 'reflect-metadata';
import { exitOnConfigError, loadConfig } from '#libs/config';
import { bootstrap } from '#libs/http';
import { configSchema } from './config.js';
import { OpsModule } from './ops.module.js';

/** In bytes: evidence of a long reissue fits in. */
const largestBody = 16 * 1024 * 1024;

const config = exitOnConfigError(() => loadConfig(configSchema));

await bootstrap({ name: 'ops', module: OpsModule.with(config), config, bodyLimit: largestBody });
