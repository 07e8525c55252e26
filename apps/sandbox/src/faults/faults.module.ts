import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { FaultInterceptor } from './fault.interceptor.js';
import { FaultsController } from './faults.controller.js';
import { Faults } from './faults.js';

/** The faults of the providers, and their effect on every call. */
@Module({
  controllers: [FaultsController],
  providers: [Faults, { provide: APP_INTERCEPTOR, useClass: FaultInterceptor }],
  exports: [Faults],
})
export class FaultsModule {}
