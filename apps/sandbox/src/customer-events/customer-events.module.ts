import { Module } from '@nestjs/common';
import { PeopleModule } from '../people/people.module.js';
import { BankEvents } from './bank-events.js';
import { CustomerEventsController } from './customer-events.controller.js';

/** The bank's events about the sample people. */
@Module({ imports: [PeopleModule], controllers: [CustomerEventsController], providers: [BankEvents] })
export class CustomerEventsModule {}
