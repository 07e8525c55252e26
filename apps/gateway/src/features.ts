import type { DynamicModule, Type } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { CallsModule } from './calls/calls.module.js';
import { ConsentsModule } from './consents/consents.module.js';
import { EventsModule } from './events/events.module.js';
import { gatewayDocs } from './openapi/docs.js';
import { PageModule } from './page/page.module.js';
import { PhotosModule } from './photos/photos.module.js';
import { ReferenceDataModule } from './reference-data/reference-data.module.js';
import { ReissueQueriesModule } from './reissue-queries/reissue-queries.module.js';
import { StopLinksModule } from './stop-links/stop-links.module.js';
import { TransfersModule } from './transfers/transfers.module.js';
import { VidChecksModule } from './vid-checks/vid-checks.module.js';

/** The features of the gateway, in the order of the API document. */
export const gatewayFeatures: readonly (Type | DynamicModule)[] = [
  AccessModule,
  ReferenceDataModule,
  CallsModule,
  ReissueQueriesModule,
  EventsModule,
  ConsentsModule,
  PhotosModule,
  VidChecksModule,
  TransfersModule,
  StopLinksModule,
  gatewayDocs,
  PageModule,
];
