import { Controller, Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { Inbox } from './inbox.js';

const inboxQuery = z.object({
  to: z
    .string()
    .max(254)
    .regex(/^\P{C}+$/u, 'must not be empty or have control characters')
    .optional(),
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
