import { Controller, Get, Query } from '@nestjs/common';
import { edgeProblem } from '#libs/http';
import { isDependencyDown } from '#libs/temporal';
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
    try {
      return { messages: await this.inbox.list(limit, to === undefined ? [] : [to]) };
    } catch (error) {
      // Providers answer 500 then, because their caller must not assume that nothing was done. A look does nothing.
      if (!isDependencyDown(error)) throw error;
      throw edgeProblem('unavailable', { headers: { 'retry-after': '1' } }, error);
    }
  }
}
