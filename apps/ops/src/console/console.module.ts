import { Controller, Get, Module } from '@nestjs/common';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { Public } from '../access/roles.js';
import { OpsDependencies } from '../dependencies.js';
import { ConsoleFilesController } from './console-files.controller.js';

const consoleConfig = z
  .object({
    issuer: z.string().describe('OpenID Connect issuer that signs staff in'),
    clientId: z.string().describe('Client id of the console at the issuer'),
    temporalUiUrl: z.string().nullable().describe('Address of Temporal’s UI'),
  })
  .meta({ id: 'ConsoleConfig' });

@Controller('v1/console-config')
class ConsoleConfigController {
  constructor(private readonly dependencies: OpsDependencies) {}

  @Get()
  @Public()
  @Documented('consoleConfig', 'Get the configuration that the console needs before a sign-in', {
    200: consoleConfig,
  })
  config(): z.infer<typeof consoleConfig> {
    const { oidcIssuer, oidcClientId, temporalUiUrl } = this.dependencies.config;
    return { issuer: oidcIssuer, clientId: oidcClientId, temporalUiUrl: temporalUiUrl ?? null };
  }
}

/** The console: its files and its configuration. */
@Module({ controllers: [ConsoleConfigController, ConsoleFilesController] })
export class ConsoleModule {}
