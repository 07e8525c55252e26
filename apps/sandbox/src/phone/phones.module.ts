import { Module } from '@nestjs/common';
import { PhonesController } from './phones.controller.js';
import { Phones } from './phones.js';

/** Phones of customers, for front ends without a key store. */
@Module({ controllers: [PhonesController], providers: [Phones] })
export class PhonesModule {}
