import type { Type } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { CertificatesModule } from './certificates/certificates.module.js';
import { ChangesModule } from './changes/changes.module.js';
import { CodecModule } from './codec/codec.module.js';
import { ConsoleModule } from './console/console.module.js';
import { EvidenceModule } from './evidence/evidence.module.js';
import { MeModule } from './me/me.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { OperatorMetricsModule } from './metrics/metrics.module.js';
import { ReissuesModule } from './reissues/reissues.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/**
 * What the app is made of: a module for each part, in a folder of its own. A part's controllers say of every handler
 * who may call it (`@Roles`), and what it takes and answers (zod schemas, `@Documented`); they are found here both by
 * the app and by what writes `openapi-ops.json`.
 */
export const parts: readonly Type[] = [
  MeModule,
  ReissuesModule,
  CertificatesModule,
  OperationsModule,
  ChangesModule,
  AuditModule,
  EvidenceModule,
  WebhooksModule,
  CodecModule,
  OperatorMetricsModule,
  ConsoleModule,
];
