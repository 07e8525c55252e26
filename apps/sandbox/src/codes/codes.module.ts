import { Module } from '@nestjs/common';
import { MessagesModule } from '../messages/messages.module.js';
import { PeopleModule } from '../people/people.module.js';
import { OneTimeCodes } from './one-time-codes.js';
import { AccountsController, OneWonController } from './one-won.controller.js';
import { OneWon } from './one-won.js';
import { SecondTelecomController, TelecomController } from './telecom.controller.js';
import { Telecom } from './telecom.js';

/** The telecom companies and the bank of one-won transfers, which send one-time codes. */
@Module({
  imports: [PeopleModule, MessagesModule],
  controllers: [AccountsController, OneWonController, SecondTelecomController, TelecomController],
  providers: [OneTimeCodes, OneWon, Telecom],
  exports: [OneWon],
})
export class CodesModule {}
