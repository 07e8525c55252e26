import { Module } from '@nestjs/common';
import { PeopleModule } from '../people/people.module.js';
import { DocumentAuthority } from './document-authority.js';
import { DocumentController } from './document.controller.js';

/** The authority that checks identity documents. */
@Module({ imports: [PeopleModule], controllers: [DocumentController], providers: [DocumentAuthority] })
export class DocumentModule {}
