import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { registerClockMetrics } from '#libs/clock';
import { topics } from '#libs/contracts';
import type { Database } from '#libs/db';
import { certificateBySerial, chainOf, findVidCheck, storedCertificateOf } from '#libs/db/certificates';
import { eventsAfter } from '#libs/db/events';
import {
  findStep,
  markDownloaded,
  putVaultItem,
  receiveCall,
  receivedRequest,
  accessStateOf,
  revokeAccess,
} from '#libs/db/reissues';
import { HealthRegistry } from '#libs/http';
import { Metrics, type Logger } from '#libs/observability';
import { useLimitsInTransaction } from '#libs/rate-limit';
import { loadTerms } from '#libs/terms';
import { AccessRevocations } from './access/access-revocations.js';
import { SessionCookie } from './access/session-cookie.js';
import { AccessTokens } from './access/access-tokens.js';
import { ApiKeys } from './access/api-keys.js';
import { CallLimits } from './access/call-limits.js';
import { CallsInFlight } from './calls/calls-in-flight.js';
import { StartConsentCheck } from './calls/start-consent-check.js';
import { Envelopes } from './calls/envelopes.js';
import { ReceivedCalls } from './calls/received-calls.js';
import { ReissueCalls } from './calls/reissue-calls.js';
import { ReissueWorkflows } from './calls/reissue-workflows.js';
import { StartController } from './calls/start.controller.js';
import { stepControllers } from './calls/step-controllers.js';
import { RequestIds } from './calls/request-ids.js';
import type { GatewayConfig } from './config.js';
import { ConsentsController } from './consents/consents.controller.js';
import { Consents } from './consents/consents.js';
import { withdrawalActivity } from './consents/withdrawal-activity.js';
import { GatewayDependencies } from './dependencies.js';
import { EventListener } from './events/event-listener.js';
import { EventStreams } from './events/event-streams.js';
import { registerStreamMetrics } from './events/stream-metrics.js';
import { RestoreGuard } from './restore.guard.js';
import { gatewayDocs } from './openapi/docs.js';
import { CertificateDownload } from './reading/certificate-download.js';
import { PhotoDecoder } from './photos/photo-decoder.js';
import { Photos, photoStoreIn } from './photos/photos.js';
import { Uploads } from './photos/uploads.js';
import { PhotosController } from './photos/photos.controller.js';
import { ReissueQueriesController } from './reading/reading.controller.js';
import { ReceiptKeysController } from './reading/receipt-keys.controller.js';
import { ReferenceDataController } from './reading/reference-data.controller.js';
import { ReferenceData } from './reading/reference-data.js';
import { PageFilesController } from './page/page-files.controller.js';
import { PageSessionController, PageSettings } from './page/page-session.controller.js';
import { ReissueReader } from './reading/reissue-reader.js';
import { vidCheckActivity } from './vid-checks/vid-check-activity.js';
import { VidChecks } from './vid-checks/vid-checks.js';
import { VidChecksController } from './vid-checks/vid-checks.controller.js';

const clock = () => new Date();
/** How many photos of one reissue may come in at once. */
const photosAtOnce = 2;

/** The customer API: controllers, and what stands behind them. */
@Module({})
export class GatewayModule {
  static with(config: GatewayConfig, logger: Pick<Logger, 'info' | 'warn'>): DynamicModule {
    const terms = loadTerms();
    const ids = new RequestIds(config.idKey);
    return {
      module: GatewayModule,
      imports: [gatewayDocs],
      controllers: [
        ReferenceDataController,
        ReceiptKeysController,
        StartController,
        ...stepControllers,
        ReissueQueriesController,
        ConsentsController,
        PhotosController,
        VidChecksController,
        PageSessionController,
        PageFilesController,
      ],
      providers: [
        { provide: ApiKeys, useValue: new ApiKeys(config.apiKeys) },
        { provide: AccessTokens, useValue: new AccessTokens(config.tokenKey, config.tokenPublicKeys?.keys) },
        { provide: RequestIds, useValue: ids },
        {
          provide: PageSettings,
          useValue: new PageSettings(config.pageApiKey),
        },
        { provide: SessionCookie, useValue: new SessionCookie(config.env !== 'development') },
        {
          provide: AccessRevocations,
          inject: [GatewayDependencies],
          useFactory: ({ db }: GatewayDependencies) =>
            new AccessRevocations({
              accessStatusOf: (reissueId) => accessStateOf(db, reissueId),
              revoke: (reissueId, revokedAt, expiresAt) => revokeAccess(db, reissueId, revokedAt, expiresAt),
              afterEndMs: config.tokenAfterEndMs,
              clock,
            }),
        },
        {
          provide: CallLimits,
          inject: [GatewayDependencies],
          useFactory: ({ db }: GatewayDependencies) =>
            new CallLimits((uses, now) => useLimitsInTransaction(db, uses, now), ids, ratesOf(config), clock),
        },
        {
          provide: ReferenceData,
          useValue: new ReferenceData(config.vaultPublicKeys, config.receiptPublicKeys, terms, clock),
        },
        { provide: EventListener, useValue: new EventListener(config.databaseUrl) },
        {
          provide: GatewayDependencies,
          inject: [HealthRegistry, EventListener],
          useFactory: (health: HealthRegistry, listener: EventListener) =>
            new GatewayDependencies(config, health, listener, logger),
        },
        {
          provide: APP_GUARD,
          inject: [GatewayDependencies],
          useFactory: ({ restores }: GatewayDependencies) => new RestoreGuard(restores),
        },
        {
          provide: ReissueReader,
          inject: [GatewayDependencies],
          useFactory: ({ db }: GatewayDependencies) => new ReissueReader(db, clock),
        },
        {
          provide: CertificateDownload,
          inject: [GatewayDependencies, ReissueReader],
          useFactory: ({ db }: GatewayDependencies, reader: ReissueReader) =>
            new CertificateDownload(
              {
                storedOf: (reissueId) => storedCertificateOf(db, reissueId),
                chainOf: (issuer) => chainOf(db, issuer),
                markDownloaded: (reissueId, at) => markDownloaded(db, reissueId, at),
              },
              reader,
              clock,
            ),
        },
        {
          provide: EventStreams,
          inject: [GatewayDependencies, ReissueReader, EventListener, HealthRegistry, Metrics],
          useFactory: (
            { db, clocks }: GatewayDependencies,
            reader: ReissueReader,
            listener: EventListener,
            { draining }: HealthRegistry,
            { registry }: Metrics,
          ) => {
            const streams = new EventStreams(
              (id, after) => eventsAfter(db, id, topics.reissue, after),
              reader,
              listener,
              draining,
              config,
            );
            registerStreamMetrics(registry, streams);
            registerClockMetrics(clocks, registry);
            return streams;
          },
        },
        {
          provide: ReissueCalls,
          inject: [GatewayDependencies, ReissueReader, AccessTokens, CallLimits],
          useFactory: (
            { db, temporal }: GatewayDependencies,
            reader: ReissueReader,
            tokens: AccessTokens,
            limits: CallLimits,
          ) =>
            new ReissueCalls({
              findStep: (reissueId, updateId) => findStep(db, reissueId, updateId),
              received: receivedIn(db),
              reader,
              tokens,
              clock,
              ids,
              inFlight: new CallsInFlight(config.callsPerReissue),
              limits,
              workflows: new ReissueWorkflows(temporal.client, config.callTimeoutMs),
              envelopes: envelopesIn(db, config),
              consents: new StartConsentCheck(terms, clock),
            }),
        },
        {
          provide: Consents,
          inject: [GatewayDependencies, ReissueReader, CallLimits],
          useFactory: ({ db, temporal }: GatewayDependencies, reader: ReissueReader, limits: CallLimits) =>
            new Consents({
              db,
              reader,
              received: receivedIn(db),
              ids,
              inFlight: new CallsInFlight(config.callsPerReissue),
              limits,
              withdraw: withdrawalActivity(temporal.client, config.callTimeoutMs),
            }),
        },
        {
          provide: Photos,
          inject: [GatewayDependencies, ReissueReader, CallLimits],
          useFactory: ({ db }: GatewayDependencies, reader: ReissueReader, limits: CallLimits) => {
            const decoder = new PhotoDecoder();
            logger.info({ uid: decoder.user?.uid ?? process.getuid?.() }, 'photos are decoded as this user');
            return new Photos({
              shelf: photoStoreIn(db),
              decoder,
              reader,
              ids,
              inFlight: new CallsInFlight(photosAtOnce),
              uploads: new Uploads({ perAddress: config.uploadsPerAddress, bytes: config.uploadMemoryBytes }),
              limits,
              vaultKey: config.vaultPublicKeys.keys[0]!,
              clock,
            });
          },
        },
        {
          provide: VidChecks,
          inject: [GatewayDependencies, CallLimits],
          useFactory: ({ db, temporal }: GatewayDependencies, limits: CallLimits) =>
            new VidChecks({
              find: (checkId) => findVidCheck(db, checkId),
              received: receivedIn(db),
              isIssued: async (serial) => (await certificateBySerial(db, serial))?.state === 'STORED',
              ids,
              inFlight: new CallsInFlight(config.callsPerReissue),
              limits,
              envelopes: envelopesIn(db, config),
              check: vidCheckActivity(temporal.client, config.callTimeoutMs),
              clock,
            }),
        },
      ],
    };
  }
}

const ratesOf = (config: GatewayConfig) => ({
  start: { address: config.limitAddressStarts, device: config.limitDeviceStarts },
  call: { address: config.limitAddressCalls, device: config.limitDeviceCalls },
});

const envelopesIn = (db: Database, { vaultPublicKeys }: GatewayConfig) =>
  new Envelopes((item, envelope) => putVaultItem(db, item, envelope), vaultPublicKeys.keys);

const receivedIn = (db: Database) =>
  new ReceivedCalls(
    {
      find: (reissueId, updateId) => receivedRequest(db, reissueId, updateId),
      receive: (call) => receiveCall(db, call),
    },
    clock,
  );
