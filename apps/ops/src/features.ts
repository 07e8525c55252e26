import type { DynamicModule, Type } from '@nestjs/common';
import { docsModule } from '#libs/http';
import { Public } from './access/roles.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthorityModule } from './authority/authority.module.js';
import { BlocksModule } from './blocks/blocks.module.js';
import { CallersModule } from './callers/callers.module.js';
import { CertificatesModule } from './certificates/certificates.module.js';
import { ChangesModule } from './changes/changes.module.js';
import { ClaimsModule } from './claims/claims.module.js';
import { CodecModule } from './codec/codec.module.js';
import { ConsoleModule } from './console/console.module.js';
import { EvidenceModule } from './evidence/evidence.module.js';
import { FiguresModule } from './figures/figures.module.js';
import { MeModule } from './me/me.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { OperatorMetricsModule } from './metrics/metrics.module.js';
import { ReissuesModule } from './reissues/reissues.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/**
 * The features of the app, a module in a folder for each. Every handler of a controller declares its roles (`@Roles`) and
 * its schemas (`@Documented`). The app and its OpenAPI document both import this list.
 */
export const opsFeatures: readonly (Type | DynamicModule)[] = [
  MeModule,
  ReissuesModule,
  ClaimsModule,
  CallersModule,
  BlocksModule,
  CertificatesModule,
  AuthorityModule,
  OperationsModule,
  FiguresModule,
  ChangesModule,
  AuditModule,
  EvidenceModule,
  WebhooksModule,
  CodecModule,
  OperatorMetricsModule,
  // Open to all: the document holds no personal data.
  docsModule({ title: 'Reseal ops', document: 'openapi-ops', decorators: [Public()] }),
  ConsoleModule,
];
