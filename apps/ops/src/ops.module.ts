import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { HealthRegistry } from '#libs/http';
import { HandlerRolesCheck, StaffGuard } from './access/staff.guard.js';
import { StaffTokens } from './access/staff-tokens.js';
import type { OpsConfig } from './config.js';
import { OpsDependencies } from './dependencies.js';
import { opsFeatures } from './features.js';

/** The API of operators and auditors: authentication, roles, and the features in `features.ts`. */
@Module({})
export class OpsModule {
  static with(config: OpsConfig): DynamicModule {
    return {
      module: OpsModule,
      global: true,
      imports: [DiscoveryModule, ...opsFeatures],
      providers: [
        {
          provide: OpsDependencies,
          inject: [HealthRegistry],
          useFactory: (health: HealthRegistry) => new OpsDependencies(config, health),
        },
        { provide: StaffTokens, useValue: staffTokensOf(config) },
        { provide: APP_GUARD, useClass: StaffGuard },
        HandlerRolesCheck,
      ],
      exports: [OpsDependencies, StaffTokens],
    };
  }
}

const staffTokensOf = (config: OpsConfig): StaffTokens =>
  new StaffTokens({
    issuer: config.oidcIssuer,
    audience: config.oidcAudience,
    clientId: config.oidcClientId,
    algorithms: config.oidcAlgorithms,
    rolesClaim: config.oidcRolesClaim,
    clockToleranceSeconds: config.oidcClockToleranceSeconds,
  });
