import { Module } from '@nestjs/common';
import { SandboxConfig } from '../config.js';
import { StaffIssuer } from './issuer.js';
import { StaffController } from './staff.controller.js';

/** The issuer of staff tokens. */
@Module({
  controllers: [StaffController],
  providers: [
    {
      provide: StaffIssuer,
      inject: [SandboxConfig],
      useFactory: (config: SandboxConfig) => StaffIssuer.create(config.issuerOptions()),
    },
  ],
})
export class StaffModule {}
