import type { z } from 'zod';
import { gatewayConfig } from '../../apps/gateway/src/config.js';
import { opsConfig } from '../../apps/ops/src/config.js';
import { sandboxConfig } from '../../apps/sandbox/src/config.js';
import { setupConfig } from '../../apps/setup/src/all-settings.js';
import { signerConfig } from '../../apps/signer/src/config.js';
import { statusConfig } from '../../apps/status/src/config.js';
import { workerConfig } from '../../apps/worker/src/config.js';

/** The settings of each app that a deployment starts. */
export const settingsOfApps: Readonly<Record<string, z.ZodObject>> = {
  gateway: gatewayConfig,
  ops: opsConfig,
  sandbox: sandboxConfig,
  setup: setupConfig,
  signer: signerConfig,
  status: statusConfig,
  worker: workerConfig,
};
