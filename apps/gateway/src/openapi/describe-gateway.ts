import { Module } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { problemCatalogue } from '#libs/contracts';
import { describeFeatures, problemTable } from '#libs/http';
import { StartController } from '../calls/start.controller.js';
import { stepControllers } from '../calls/step-controllers.js';
import { ReissueQueriesController } from '../reading/reading.controller.js';
import { ConsentsController } from '../consents/consents.controller.js';
import { PhotosController } from '../photos/photos.controller.js';
import { ReceiptKeysController } from '../reading/receipt-keys.controller.js';
import { ReferenceDataController } from '../reading/reference-data.controller.js';
import { VidChecksController } from '../vid-checks/vid-checks.controller.js';
import { AccessTokens } from '../access/access-tokens.js';
import { ApiKeys } from '../access/api-keys.js';
import { ReissueCalls } from '../calls/reissue-calls.js';
import { RequestIds } from '../calls/request-ids.js';
import { EventStreams } from '../events/event-streams.js';
import { CertificateDownload } from '../reading/certificate-download.js';
import { ReferenceData } from '../reading/reference-data.js';
import { Consents } from '../consents/consents.js';
import { Photos } from '../photos/photos.js';
import { ReissueReader } from '../reading/reissue-reader.js';
import { VidChecks } from '../vid-checks/vid-checks.js';
import { AccessRevocations } from '../access/access-revocations.js';
import { SessionCookie } from '../access/session-cookie.js';
import { completeDocument } from './build-document.js';

const provided = [
  AccessTokens,
  AccessRevocations,
  SessionCookie,
  ApiKeys,
  RequestIds,
  ReissueCalls,
  ReissueReader,
  VidChecks,
  EventStreams,
  CertificateDownload,
  ReferenceData,
  Consents,
  Photos,
];

/** The controllers without anything behind them: they are looked at, not called. */
@Module({
  controllers: [
    ReferenceDataController,
    ReceiptKeysController,
    StartController,
    ...stepControllers,
    ReissueQueriesController,
    ConsentsController,
    PhotosController,
    VidChecksController,
  ],
})
class ControllersOnly {}

const introduction = `Reissues a customer's joint certificate.

A front end names itself with \`X-Api-Key\`. Starting a reissue returns a token that opens this one reissue.
Every POST carries an \`Idempotency-Key\` and may be repeated safely with the same key and body.
Failures are problem documents (RFC 9457); branch on \`type\`:

${problemTable(problemCatalogue)}
`;

/** The OpenAPI 3.1 document of the gateway. */
export async function describeGateway(): Promise<OpenAPIObject> {
  const document = await describeFeatures({
    features: [ControllersOnly],
    provided,
    describe: (builder) =>
      builder
        .setTitle('Reseal gateway')
        .setDescription(introduction)
        .addServer('/', 'where this document comes from')
        .addApiKey(
          { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'Names the front end' },
          'apiKey',
        )
        .addBearerAuth(
          { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Opens one reissue' },
          'accessToken',
        ),
  });
  return completeDocument(document);
}
