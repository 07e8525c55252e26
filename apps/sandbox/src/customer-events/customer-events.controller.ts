import { Body, Controller, Post } from '@nestjs/common';
import { customerEventKinds } from '#libs/domain';
import { z } from 'zod';
import { notFound } from '../problems.js';
import { People } from '../people/people.js';
import { BankEvents } from './bank-events.js';

const eventBody = z.object({
  personId: z.uuid(),
  kind: z.enum(customerEventKinds),
  /** The same id again is the same event. */
  id: z.string().min(1).max(256).optional(),
  time: z.iso.datetime({ offset: true }).optional(),
});

@Controller('v1/customer-events')
export class CustomerEventsController {
  constructor(
    private readonly people: People,
    private readonly events: BankEvents,
  ) {}

  /** Sends an event about a sample person, as the bank's systems do. */
  @Post()
  async send(@Body({ schema: eventBody }) { personId, ...event }: z.infer<typeof eventBody>) {
    const [person] = await this.people.byIds([personId]);
    if (!person) throw notFound('No such person.', '없는 사람입니다.');
    return this.events.send(personId, event);
  }
}
