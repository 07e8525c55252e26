import { Controller, Get, Header, Param } from '@nestjs/common';
import { ClientDisconnected } from '#libs/http';
import { WithAccess } from '../access/access.guard.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { EventStreams } from './event-streams.js';
import { LastEventId } from './last-event-id.js';

@Controller('v1/reissues/:id/events')
@WithAccess()
export class EventsController {
  constructor(private readonly streams: EventStreams) {}

  @Get()
  @Header('content-type', 'text/event-stream; charset=utf-8')
  @Header('x-accel-buffering', 'no')
  @DocumentedEndpoint('followEvents')
  async follow(
    @Param('id') id: string,
    @LastEventId() after: number,
    @ClientDisconnected() disconnected: AbortSignal,
  ): Promise<AsyncGenerator<string> | Response> {
    return (await this.streams.follow(id, after, disconnected)) ?? new Response(null, { status: 204 });
  }
}
