import { Controller, createParamDecorator, Get, Header, Module, type ExecutionContext } from '@nestjs/common';
import { staffRoles } from '#libs/domain';
import { Documented } from '#libs/http';
import type { FastifyReply } from 'fastify';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { ChangeHub } from './change-hub.js';
import { ChangeStreams } from './change-streams.js';

/** A signal that aborts when the client has left. */
const Disconnected = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  const gone = new AbortController();
  context
    .switchToHttp()
    .getResponse<FastifyReply>()
    .raw.once('close', () => gone.abort());
  return gone.signal;
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
    'What changes, as it changes',
    { 200: 'Server-Sent Events, without end' },
    {
      description:
        'An event `change` lists the ids of what changed: `{"reissues": […], "certificates": […], "operations": […]}`. ' +
        'An event `reload` means that changes may have been missed: load everything again. The stream ends when the token expires.',
    },
  )
  follow(@CallingStaff() staff: Staff, @Disconnected() gone: AbortSignal): AsyncGenerator<string> {
    return this.streams.follow(staff, gone);
  }
}

/** Tells open windows of the console what to look at again. */
@Module({ controllers: [ChangesController], providers: [ChangeHub, ChangeStreams] })
export class ChangesModule {}
