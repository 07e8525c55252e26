import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { HealthRegistry } from '#libs/http';
import { HandlerRolesCheck, StaffGuard } from './access/staff.guard.js';
import { StaffTokens } from './access/staff-tokens.js';
import type { OpsConfig } from './config.js';
import { OpsDependencies } from './dependencies.js';
import { DocsController } from './openapi/docs.controller.js';
import { parts } from './parts.js';

/** The operators' and auditors' API: who may come in, and its parts, each a module of its own (`parts.ts`). */
@Module({})
export class OpsModule {
  static with(config: OpsConfig): DynamicModule {
    return {
      module: OpsModule,
      global: true,
      imports: [DiscoveryModule, ...parts],
      controllers: [DocsController],
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
