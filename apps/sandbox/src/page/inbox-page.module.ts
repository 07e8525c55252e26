import { Module } from '@nestjs/common';
import { CodesModule } from '../codes/codes.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { PeopleModule } from '../people/people.module.js';
import { InboxPageController } from './inbox-page.controller.js';

/** The page with the messages of the sample people. */
@Module({ imports: [PeopleModule, MessagesModule, CodesModule], controllers: [InboxPageController] })
export class InboxPageModule {}
