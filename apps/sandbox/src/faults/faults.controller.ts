import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { z } from 'zod';
import { faultModes, Faults, providerNames } from './faults.js';
import type { Fault, ProviderName } from './faults.js';

const defaultSlownessMs = 5_000;

const provider = z.enum(providerNames);
const faultBody = z.object({
  mode: z.enum(faultModes),
  ms: z.int().min(0).max(600_000).default(defaultSlownessMs),
});

@Controller('v1/faults')
export class FaultsController {
  constructor(private readonly faults: Faults) {}

  @Get()
  all() {
    return { faults: this.faults.all() };
  }

  @Get(':provider')
  one(@Param('provider', { schema: provider }) name: ProviderName) {
    return { ...this.faults.of(name), waitingCalls: this.faults.waitingCalls(name) };
  }

  @Put(':provider')
  set(
    @Param('provider', { schema: provider }) name: ProviderName,
    @Body({ schema: faultBody }) fault: Fault,
  ) {
    return this.faults.set(name, fault);
  }
}
