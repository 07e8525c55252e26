import { Module } from '@nestjs/common';
import { GatewayDependencies } from '../dependencies.js';
import { BrandController } from './brand.controller.js';
import { sampleBrand } from './brand.js';
import { PageFilesController } from './page-files.controller.js';
import { PageSessionController } from './page-session.controller.js';
import { PageSettings } from './page-settings.js';

/** The customers' page, its session, and the bank's brand. */
@Module({
  controllers: [PageSessionController, BrandController, PageFilesController],
  providers: [
    {
      provide: PageSettings,
      inject: [GatewayDependencies],
      useFactory: ({ config }: GatewayDependencies) =>
        new PageSettings(config.pageApiKey, config.pageBrand ?? sampleBrand),
    },
  ],
})
export class PageModule {}
