import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import { notFound } from '../problems.js';
import { Enrolment } from './enrolment.js';
import { People } from './people.js';
import { certificateHoldings } from './person.js';

const holding = z.enum(certificateHoldings);
const peopleQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  holding: holding.optional(),
});
const peopleBody = z.object({
  count: z.int().min(1).max(500),
  holding: holding.optional(),
  rrnOnFile: z.boolean().default(true),
  foreign: z.boolean().default(false),
  renumbered: z.boolean().default(false),
});
const personId = z.uuid();
const simBody = z.object({ changedAt: z.iso.datetime() });

@Controller('v1/people')
export class PeopleController {
  constructor(
    private readonly people: People,
    private readonly enrolment: Enrolment,
  ) {}

  @Get()
  async list(@Query({ schema: peopleQuery }) query: z.infer<typeof peopleQuery>) {
    return { people: await this.people.list(query.limit, query.holding) };
  }

  @Get(':personId')
  async one(@Param('personId', { schema: personId }) id: string) {
    const [person] = await this.people.byIds([id]);
    if (!person) throw notFound('No such person.', '없는 사람입니다.');
    return person;
  }

  /** Changes the SIM of a person's number, as a gang does that takes the number over. */
  @Put(':personId/sim')
  async changeSim(
    @Param('personId', { schema: personId }) id: string,
    @Body({ schema: simBody }) { changedAt }: z.infer<typeof simBody>,
  ) {
    const found = await this.people.changeSim(id, new Date(changedAt));
    if (!found) throw notFound('No such person.', '없는 사람입니다.');
    return { changedAt };
  }

  /** Creates people; without a holding, with each holding in turn. */
  @Post()
  async make(
    @Body({ schema: peopleBody })
    { count, holding: wanted, ...kind }: z.infer<typeof peopleBody>,
  ) {
    const holdings = Array.from(
      { length: count },
      (_, index) => wanted ?? certificateHoldings[index % certificateHoldings.length]!,
    );
    return { people: await this.enrolment.enrol(holdings, kind) };
  }
}
