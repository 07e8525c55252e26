import { Controller, Get, Module } from '@nestjs/common';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { Public } from '../access/roles.js';
import { OpsDependencies } from '../dependencies.js';
import { ConsoleFilesController } from './console-files.controller.js';

const consoleConfig = z
  .object({
    issuer: z.string().describe('Who signs staff in (OpenID Connect)'),
    clientId: z.string().describe('As which client the console signs them in'),
    temporalUiUrl: z.string().nullable().describe('Where Temporal’s own page is'),
  })
  .meta({ id: 'ConsoleConfig' });

@Controller('v1/console-config')
class ConsoleConfigController {
  constructor(private readonly dependencies: OpsDependencies) {}

  @Get()
  @Public()
  @Documented('consoleConfig', 'What the console needs before anybody has signed in', { 200: consoleConfig })
  config(): z.infer<typeof consoleConfig> {
    const { oidcIssuer, oidcClientId, temporalUiUrl } = this.dependencies.config;
    return { issuer: oidcIssuer, clientId: oidcClientId, temporalUiUrl: temporalUiUrl ?? null };
  }
}

/** The console's files, and its configuration. */
@Module({ controllers: [ConsoleConfigController, ConsoleFilesController] })
export class ConsoleModule {}
