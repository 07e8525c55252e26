import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { edgeProblem } from '#libs/http';
import { z } from 'zod';
import { StaffIssuer } from './issuer.js';
import { sampleStaff, staffNamed } from './sample-staff.js';

const proofRequest = z.strictObject({ nonce: z.string().min(1).max(200) });

/** The sample staff, and access tokens for programs that cannot press a button. */
@Controller('v1/staff')
export class StaffController {
  constructor(private readonly issuer: StaffIssuer) {}

  @Get()
  list() {
    return { staff: sampleStaff };
  }

  @Post(':name/token')
  @HttpCode(200)
  token(@Param('name') name: string) {
    const staff = staffNamed(name);
    if (!staff) throw edgeProblem('not-found');
    return this.issuer.tokenFor(staff);
  }

  @Post(':name/proof')
  @HttpCode(200)
  proof(
    @Param('name') name: string,
    @Body({ schema: proofRequest }) { nonce }: z.output<typeof proofRequest>,
  ) {
    const staff = staffNamed(name);
    if (!staff) throw edgeProblem('not-found');
    return this.issuer.proofFor(staff, nonce);
  }
}
