import { Controller, Get, Module } from '@nestjs/common';
import { recordStaffMember } from '#libs/db/audit';
import { staffRoles } from '#libs/domain';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { OpsDependencies } from '../dependencies.js';

const meSchema = z
  .object({
    subject: z.string().describe('The claim `sub` of the token'),
    name: z.string(),
    roles: z.array(z.enum(staffRoles)),
  })
  .meta({ id: 'Me' });

/** After this time without a sign-in, name and roles of a person are removed, in milliseconds. */
const rememberedMs = 400 * 24 * 60 * 60_000;

@Controller('v1/me')
class MeController {
  constructor(private readonly dependencies: OpsDependencies) {}

  @Get()
  @Roles(...staffRoles)
  @Documented('whoAmI', 'Get the signed-in person and their roles, and record them for the access review', {
    200: meSchema,
  })
  async me(@CallingStaff() { subject, name, roles }: Staff): Promise<z.infer<typeof meSchema>> {
    const { db, clock } = this.dependencies;
    const now = clock();
    const forgottenBefore = new Date(now.getTime() - rememberedMs);
    await recordStaffMember(db, { subject, name, roles, lastSeenAt: now }, forgottenBefore);
    return { subject, name, roles: [...roles] };
  }
}

@Module({ controllers: [MeController] })
export class MeModule {}
