import { Controller, Get, Module, Param, Query } from '@nestjs/common';
import { staffRoles } from '#libs/domain';
import { Documented } from '#libs/http';
import type { z } from 'zod';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { ReissueViews } from './reissue-views.js';
import {
  countQuery,
  listQuery,
  reissueCount,
  reissueDetail,
  reissueIdSchema,
  reissuePage,
  timeline,
  type ShownReissueCount,
  type ShownReissueDetail,
  type ShownReissuePage,
  type ShownTimeline,
} from './schemas.js';

@Controller('v1/reissues')
@Roles(...staffRoles)
class ReissuesController {
  constructor(private readonly views: ReissueViews) {}

  @Get()
  @Documented('listReissues', 'List the reissues that meet a filter', { 200: reissuePage })
  list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>): Promise<ShownReissuePage> {
    return this.views.list(query);
  }

  @Get('count')
  @Documented('countReissues', 'Count the reissues that meet a filter', { 200: reissueCount })
  count(@Query({ schema: countQuery }) query: z.output<typeof countQuery>): Promise<ShownReissueCount> {
    return this.views.count(query);
  }

  @Get(':id')
  @Documented(
    'getReissue',
    'Get a reissue: its state, what it waits for, and the possible acts',
    { 200: reissueDetail },
    { description: 'The read is recorded in the audit trail, at most once in five minutes for each reader.' },
  )
  show(
    @Param('id', { schema: reissueIdSchema }) id: string,
    @CallingStaff() staff: Staff,
  ): Promise<ShownReissueDetail> {
    return this.views.show(id, staff);
  }

  @Get(':id/timeline')
  @Documented('getTimeline', 'Get the timeline of a reissue', { 200: timeline })
  timeline(@Param('id', { schema: reissueIdSchema }) id: string): Promise<ShownTimeline> {
    return this.views.timeline(id);
  }
}

@Module({ controllers: [ReissuesController], providers: [ReissueViews] })
export class ReissuesModule {}
