import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { registerClockMetrics } from '#libs/clock';
import { HealthRegistry } from '#libs/http';
import { Metrics, type Logger } from '#libs/observability';
import type { GatewayConfig } from './config.js';
import { GatewayDependencies } from './dependencies.js';
import { gatewayFeatures } from './features.js';
import { RestoreGuard } from './restore.guard.js';

/** The customers' API: its features, and what they depend on. */
@Module({})
export class GatewayModule {
  static with(config: GatewayConfig, logger: Pick<Logger, 'info' | 'warn'>): DynamicModule {
    return {
      module: GatewayModule,
      global: true,
      imports: [...gatewayFeatures],
      providers: [
        {
          provide: GatewayDependencies,
          inject: [HealthRegistry, Metrics],
          useFactory: (health: HealthRegistry, { registry }: Metrics) => {
            const dependencies = new GatewayDependencies(config, logger, health);
            registerClockMetrics(dependencies.clocks, registry);
            return dependencies;
          },
        },
        {
          provide: APP_GUARD,
          inject: [GatewayDependencies],
          useFactory: ({ restores }: GatewayDependencies) => new RestoreGuard(restores),
        },
      ],
      exports: [GatewayDependencies],
    };
  }
}
