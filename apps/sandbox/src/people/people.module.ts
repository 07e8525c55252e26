import { Module } from '@nestjs/common';
import { Enrolment } from './enrolment.js';
import { PeopleController } from './people.controller.js';
import { People } from './people.js';

/** The sample people and their enrolment as customers of the bank. */
@Module({ controllers: [PeopleController], providers: [People, Enrolment], exports: [People] })
export class PeopleModule {}
