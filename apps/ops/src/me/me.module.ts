import { Controller, Get, Module } from '@nestjs/common';
import { staffRoles } from '#libs/domain';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';

const meSchema = z
  .object({
    subject: z.string().describe('The claim `sub` of the token'),
    name: z.string(),
    roles: z.array(z.enum(staffRoles)),
  })
  .meta({ id: 'Me' });

@Controller('v1/me')
class MeController {
  @Get()
  @Roles(...staffRoles)
  @Documented('whoAmI', 'Get the signed-in person and their roles', { 200: meSchema })
  me(@CallingStaff() { subject, name, roles }: Staff): z.infer<typeof meSchema> {
    return { subject, name, roles: [...roles] };
  }
}

@Module({ controllers: [MeController] })
export class MeModule {}
