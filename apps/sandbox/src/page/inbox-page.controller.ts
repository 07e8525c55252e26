import { Controller, Get, Header, Headers, Query } from '@nestjs/common';
import { preferredLanguage } from '#libs/http';
import { z } from 'zod';
import { OneWon } from '../codes/one-won.js';
import { Inbox } from '../messages/inbox.js';
import { People } from '../people/people.js';
import { contentSecurityPolicy } from './assets.js';
import { renderInboxPage } from './inbox-page.js';

const shownPeople = 200;
const shownMessages = 100;

const pageQuery = z.object({
  lang: z.enum(['ko', 'en']).optional().catch(undefined),
  person: z.uuid().optional().catch(undefined),
});

@Controller()
export class InboxPageController {
  constructor(
    private readonly people: People,
    private readonly inbox: Inbox,
    private readonly oneWon: OneWon,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', contentSecurityPolicy)
  @Header('vary', 'accept-language')
  async show(
    @Query({ schema: pageQuery }) query: z.infer<typeof pageQuery>,
    @Headers('accept-language') acceptLanguage: string | undefined,
  ): Promise<string> {
    const [person] = query.person ? await this.people.byIds([query.person]) : [];
    const [people, messages, deposits] = await Promise.all([
      this.people.list(shownPeople),
      this.inbox.list(shownMessages, person && [person.mobile, person.email]),
      person ? this.oneWon.deposits(person.account.number) : [],
    ]);
    const language = query.lang ?? preferredLanguage(acceptLanguage);
    return renderInboxPage({ language, people, person, messages, deposits });
  }
}
