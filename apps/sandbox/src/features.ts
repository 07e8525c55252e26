import type { Type } from '@nestjs/common';
import { CodesModule } from './codes/codes.module.js';
import { CustomerEventsModule } from './customer-events/customer-events.module.js';
import { DocumentModule } from './document/document.module.js';
import { FaultsModule } from './faults/faults.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { InboxPageModule } from './page/inbox-page.module.js';
import { PeopleModule } from './people/people.module.js';
import { PhonesModule } from './phone/phones.module.js';
import { RiskModule } from './risk/risk.module.js';
import { StaffModule } from './staff/staff.module.js';

/** The features of the sandbox. */
export const sandboxFeatures: readonly Type[] = [
  FaultsModule,
  PeopleModule,
  MessagesModule,
  CodesModule,
  DocumentModule,
  CustomerEventsModule,
  RiskModule,
  PhonesModule,
  StaffModule,
  InboxPageModule,
];
