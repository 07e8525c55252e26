import { Controller, createParamDecorator, Get, Header, Module, type ExecutionContext } from '@nestjs/common';
import { staffRoles } from '#libs/domain';
import { Documented } from '#libs/http';
import type { FastifyReply } from 'fastify';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { ChangeHub } from './change-hub.js';
import { ChangeStreams } from './change-streams.js';

/** A signal that aborts when the client disconnects, for a handler's parameter. */
const Disconnected = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  const disconnected = new AbortController();
  context
    .switchToHttp()
    .getResponse<FastifyReply>()
    .raw.once('close', () => disconnected.abort());
  return disconnected.signal;
});

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
  follow(@CallingStaff() staff: Staff, @Disconnected() disconnected: AbortSignal): AsyncGenerator<string> {
    return this.streams.follow(staff, disconnected);
  }
}

/** Pushes changes to the open windows of the console, which then fetch them. */
@Module({ controllers: [ChangesController], providers: [ChangeHub, ChangeStreams] })
export class ChangesModule {}
