import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { z } from 'zod';
import { FAULT_MODES, Faults, PROVIDERS } from './faults.js';
import type { Fault, ProviderName } from './faults.js';

const DEFAULT_SLOWNESS_MS = 5_000;

const provider = z.enum(PROVIDERS);
const faultBody = z.object({
  mode: z.enum(FAULT_MODES),
  ms: z.int().min(0).max(600_000).default(DEFAULT_SLOWNESS_MS),
});

@Controller('v1/faults')
export class FaultsController {
  constructor(private readonly faults: Faults) {}

  @Get()
  all() {
    return { faults: this.faults.all() };
  }

  @Put(':provider')
  set(
    @Param('provider', { schema: provider }) name: ProviderName,
    @Body({ schema: faultBody }) fault: Fault,
  ) {
    return this.faults.set(name, fault);
  }
}
