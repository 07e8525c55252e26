import { exitOnConfigError, loadConfig } from '#libs/config';
import { bootstrap } from '#libs/http';
import { configSchema } from './config.js';
import { GatewayModule } from './gateway.module.js';
import { acceptPhotos } from './photos/accept-multipart.js';

const config = exitOnConfigError(() => loadConfig(configSchema));

await bootstrap({
  name: 'gateway',
  module: GatewayModule.with(config),
  config,
  configure: acceptPhotos,
  trustProxy: config.trustProxy,
});
