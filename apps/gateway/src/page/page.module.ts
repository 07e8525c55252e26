import { Module } from '@nestjs/common';
import { GatewayDependencies } from '../dependencies.js';
import { PageFilesController } from './page-files.controller.js';
import { PageSessionController, PageSettings } from './page-session.controller.js';

/** The customers' page, and its session. */
@Module({
  controllers: [PageSessionController, PageFilesController],
  providers: [
    {
      provide: PageSettings,
      inject: [GatewayDependencies],
      useFactory: ({ config }: GatewayDependencies) => new PageSettings(config.pageApiKey),
    },
  ],
})
export class PageModule {}
