import { Controller, Get, Header, Module } from '@nestjs/common';
import { staffRoles } from '#libs/domain';
import { ClientDisconnected, Documented } from '#libs/http';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { ChangeHub } from './change-hub.js';
import { ChangeStreams } from './change-streams.js';

@Controller('v1/changes')
@Roles(...staffRoles)
class ChangesController {
  constructor(private readonly streams: ChangeStreams) {}

  @Get()
  @Header('content-type', 'text/event-stream; charset=utf-8')
  @Header('x-accel-buffering', 'no')
  @Documented(
    'followChanges',
    'Follow changes of reissues, certificates and operations',
    { 200: 'Server-Sent Events' },
    {
      description:
        'An event `change` lists the ids of what changed: `{"reissues": […], "certificates": […], "operations": […]}`. ' +
        'An event `reload` means that changes may have been missed: load everything again. The stream ends when the token expires.',
    },
  )
  follow(
    @CallingStaff() staff: Staff,
    @ClientDisconnected() disconnected: AbortSignal,
  ): AsyncGenerator<string> {
    return this.streams.follow(staff, disconnected);
  }
}

/** Pushes changes to the open windows of the console, which then fetch them. */
@Module({ controllers: [ChangesController], providers: [ChangeHub, ChangeStreams] })
export class ChangesModule {}
