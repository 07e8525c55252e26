import { Module } from '@nestjs/common';
import { configuredKeyTypes } from '#libs/ca';
import { GatewayDependencies } from '../dependencies.js';
import { ReceiptKeysController } from './receipt-keys.controller.js';
import { ReferenceDataController } from './reference-data.controller.js';
import { ReferenceData } from './reference-data.js';

@Module({
  controllers: [ReferenceDataController, ReceiptKeysController],
  providers: [
    {
      provide: ReferenceData,
      inject: [GatewayDependencies],
      useFactory: ({ config, terms, clock }: GatewayDependencies) =>
        new ReferenceData(
          config.vaultPublicKeys,
          config.receiptPublicKeys,
          terms,
          clock,
          configuredKeyTypes(config),
        ),
    },
  ],
})
export class ReferenceDataModule {}
