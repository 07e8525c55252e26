import { Controller, Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { Inbox } from './inbox.js';

const inboxQuery = z.object({
  to: z.string().min(1).max(254).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

@Controller('v1/inbox')
export class InboxController {
  constructor(private readonly inbox: Inbox) {}

  @Get()
  async list(@Query({ schema: inboxQuery }) { to, limit }: z.infer<typeof inboxQuery>) {
    return { messages: await this.inbox.list(limit, to === undefined ? [] : [to]) };
  }
}
