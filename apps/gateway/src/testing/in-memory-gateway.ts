import { generateKeyPairSync } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { VidCheckAnswer, VidCheckRequest } from '#activities/certificate';
import { showReissue, type StepOutcome } from '#libs/contracts';
import type { VidCheckRow } from '#libs/db/certificates';
import type { ReissueRow, StepRow } from '#libs/db/reissues';
import type { CustomerMessage, Particulars, StartReissue } from '#libs/domain';
import { createApplication } from '#libs/http';
import { loadTerms, termsInForce } from '#libs/terms';
import { cellOf, type Allowance, type LimitUse } from '#libs/rate-limit';
import { seal } from '#libs/client';
import { importVaultKeys, openParticulars, publicVaultKeys, type EnvelopePurpose } from '#libs/vault';
import { AccessRevocations } from '../access/access-revocations.js';
import { SessionCookie } from '../access/session-cookie.js';
import { PageSessionController, PageSettings } from '../page/page-session.controller.js';
import { AccessTokens } from '../access/access-tokens.js';
import { ApiKeys } from '../access/api-keys.js';
import { CallLimits, type CallRates, type LimitedCall } from '../access/call-limits.js';
import { CallsInFlight } from '../calls/calls-in-flight.js';
import { StartConsentCheck } from '../calls/start-consent-check.js';
import { Envelopes } from '../calls/envelopes.js';
import { ReceivedCalls } from '../calls/received-calls.js';
import { ReissueCalls } from '../calls/reissue-calls.js';
import type { Delivery } from '../calls/reissue-workflows.js';
import { StartController } from '../calls/start.controller.js';
import { stepControllers } from '../calls/step-controllers.js';
import { RequestIds } from '../calls/request-ids.js';
import { EventStreams, type StreamedEvent } from '../events/event-streams.js';
import { gatewayDocs } from '../openapi/docs.js';
import { dependencyProblem, problem } from '../problems.js';
import { CertificateDownload } from '../reading/certificate-download.js';
import { ReissueQueriesController } from '../reading/reading.controller.js';
import { ReceiptKeysController } from '../reading/receipt-keys.controller.js';
import { ReferenceDataController } from '../reading/reference-data.controller.js';
import { ReferenceData } from '../reading/reference-data.js';
import { ReissueReader, type CurrentReissue } from '../reading/reissue-reader.js';
import { VidChecks } from '../vid-checks/vid-checks.js';
import { VidChecksController } from '../vid-checks/vid-checks.controller.js';

/** Of the key that reissues are for. */
const keyThumbprint = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';

type Message = StartReissue | CustomerMessage;

const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const privateVaultKeys = { keys: [{ ...p256, kid: 'v1' }] };
const vaultKeys = publicVaultKeys(privateVaultKeys);
const receiptKeys = { keys: [{ ...ed25519, kid: 'r1' }] };
const clock = () => new Date();
const ids = new RequestIds(Buffer.alloc(32, 7));
const generous: CallRates = {
  address: { burst: 10_000, everyMs: 1 },
  device: { burst: 10_000, everyMs: 1 },
};

/** The gateway with everything behind it kept in memory; a test decides what the workflows do. */
export class InMemoryGateway {
  readonly terms = loadTerms();
  readonly tokens = new AccessTokens({ ...ed25519, kid: 't1' });
  readonly rows = new Map<string, ReissueRow>();
  readonly steps = new Map<string, StepRow>();
  /** With what looking up and revoking access fails. */
  databaseDown: Error | undefined;
  readonly vault = new Map<string, string>();
  /** By handle, what the gateway itself sealed of applicants. */
  private readonly sealedParticulars = new Map<string, string>();
  /** By reissue and step, the request that a call came in with. */
  readonly received = new Map<string, string>();
  /** By handle, for what an envelope was taken in, where that is not the reissue. */
  readonly subjects = new Map<string, string>();
  /** Handles by the id of the envelope that came in under them. */
  private readonly envelopes = new Map<string, string>();
  readonly events: StreamedEvent[] = [];
  readonly delivered: Message[] = [];
  /** How far each reissue had come when a message was sent to its workflow. */
  readonly progress: number[] = [];
  readonly downloads: string[] = [];
  readonly vidChecks = new Map<string, VidCheckRow>();
  readonly checked: VidCheckRequest[] = [];
  /** Serials of the certificates that were issued. */
  readonly issued = new Set<string>();
  /** Reissues whose tokens were given back. */
  readonly revoked = new Set<string>();
  readonly draining = new AbortController();
  /** How often calls may come, and until when the limits that were used are not whole again, by their keys. */
  readonly rates: Record<LimitedCall, CallRates> = { start: generous, call: generous };
  readonly limits = new Map<string, number>();
  certificate: { serial: string; der: Buffer } | undefined;
  app!: NestFastifyApplication;
  private wake: (() => void)[] = [];

  /** What the workflow does with a message; by default it takes the step and changes nothing. */
  deliver: (message: Message, reissueId: string) => Promise<Delivery> = async (message, reissueId) =>
    this.settle(reissueId, message);

  /** What the worker says of a check, and notes if it answers it; by default that it matches. */
  checkVid: (request: VidCheckRequest) => Promise<VidCheckAnswer> = async ({
    checkId,
    requestHmac,
    serial,
  }) => {
    this.vidChecks.set(checkId, { request_hmac: requestHmac, serial, matches: true });
    return { answer: 'CHECKED', matches: true, requestHmac };
  };

  async listen(): Promise<string> {
    const reader = {
      find: (id: string) => this.current(id),
      get: async (id: string) => {
        const current = await this.current(id);
        if (!current) throw problem('not-found');
        return current;
      },
      show: async (id: string) => (await reader.get(id)).reissue,
    };
    const send = (reissueId: string, message: Message) => {
      this.delivered.push(message);
      return this.deliver(message, reissueId);
    };
    const listener = {
      subscribe: (_id: string, wake: () => void) => {
        this.wake.push(wake);
        return () => (this.wake = this.wake.filter((other) => other !== wake));
      },
    };
    const eventsAfter = (_id: string, after: number) =>
      Promise.resolve(this.events.filter(({ sequence }) => sequence > after));
    const limits = { streamsPerReissue: 8, heartbeatMs: 50 };
    const envelopes = new Envelopes(({ handle, envelope, subject }, { jti, purpose }) => {
      const fresh = (this.envelopes.get(jti) ?? handle) === handle;
      const shelf = purpose === 'particulars' ? this.sealedParticulars : this.vault;
      if (fresh) shelf.set(handle, envelope);
      if (fresh && subject) this.subjects.set(handle, subject);
      this.envelopes.set(jti, this.envelopes.get(jti) ?? handle);
      return Promise.resolve(fresh);
    }, vaultKeys.keys);
    const callLimits = new CallLimits(async (uses, now) => this.useLimits(uses, now), ids, this.rates, clock);
    const received = new ReceivedCalls(
      {
        find: (reissueId, updateId) => Promise.resolve(this.received.get(`${reissueId}/${updateId}`)),
        receive: ({ reissue_id: reissueId, update_id: updateId, request_hmac: request }) => {
          const key = `${reissueId}/${updateId}`;
          if (!this.received.has(key)) this.received.set(key, request);
          return Promise.resolve(this.received.get(key)!);
        },
      },
      clock,
    );
    const vidChecks = new VidChecks({
      received,
      find: (checkId) => Promise.resolve(this.vidChecks.get(checkId)),
      isIssued: (serial) => Promise.resolve(this.issued.has(serial)),
      ids,
      inFlight: new CallsInFlight(4),
      limits: callLimits,
      envelopes,
      check: (request) => {
        this.checked.push(request);
        return this.checkVid(request);
      },
      clock,
    });
    const calls = new ReissueCalls({
      received,
      findStep: (reissueId, updateId) => Promise.resolve(this.steps.get(`${reissueId}/${updateId}`)),
      reader,
      tokens: this.tokens,
      clock,
      ids,
      inFlight: new CallsInFlight(4),
      limits: callLimits,
      workflows: {
        start: (message) => send(message.reissueId, message),
        send: (reissueId, message, progress) => {
          this.progress.push(progress);
          return send(reissueId, message);
        },
      },
      envelopes,
      consents: new StartConsentCheck(this.terms, clock),
    });
    const revocations = new AccessRevocations({
      accessStatusOf: async (id) => {
        if (this.databaseDown) throw this.databaseDown;
        return { revoked: this.revoked.has(id), endedAt: this.rows.get(id)?.ended_at ?? null };
      },
      revoke: async (id) => {
        if (this.databaseDown) throw this.databaseDown;
        this.revoked.add(id);
      },
      afterEndMs: 3_600_000,
      clock,
    });
    const shelf = {
      storedOf: () => Promise.resolve(this.certificate && { ...this.certificate, issuer: 'the CA' }),
      chainOf: () => Promise.resolve([Buffer.from('issuing CA'), Buffer.from('root')]),
      markDownloaded: (id: string) => Promise.resolve(this.downloads.push(id) > 0),
    };
    this.app = await createApplication({
      name: 'gateway',
      config: { logLevel: 'silent' },
      problemOf: dependencyProblem,
      module: {
        module: class GatewayInMemory {},
        imports: [gatewayDocs],
        controllers: [
          ReferenceDataController,
          ReceiptKeysController,
          StartController,
          ...stepControllers,
          ReissueQueriesController,
          VidChecksController,
          PageSessionController,
        ],
        providers: [
          { provide: ApiKeys, useValue: new ApiKeys() },
          { provide: AccessTokens, useValue: this.tokens },
          { provide: AccessRevocations, useValue: revocations },
          { provide: SessionCookie, useValue: new SessionCookie(true) },
          { provide: PageSettings, useValue: new PageSettings('reseal-local') },
          { provide: RequestIds, useValue: ids },
          { provide: ReferenceData, useValue: new ReferenceData(vaultKeys, receiptKeys, this.terms, clock) },
          { provide: ReissueReader, useValue: reader },
          { provide: ReissueCalls, useValue: calls },
          { provide: VidChecks, useValue: vidChecks },
          {
            provide: CertificateDownload,
            useValue: new CertificateDownload(shelf, reader, clock),
          },
          {
            provide: EventStreams,
            useValue: new EventStreams(eventsAfter, reader, listener, this.draining.signal, limits),
          },
        ],
      },
    });
    await this.app.listen(0, '127.0.0.1');
    return this.app.getUrl();
  }

  /** Takes the step: writes its outcome, and the row where the message starts a reissue. */
  settle(reissueId: string, message: Message, outcome: Partial<StepOutcome> = {}): Delivery {
    const row = this.rows.get(reissueId) ?? this.open(reissueId);
    const recorded = { status: 'DONE', reissue: showReissue(row, { now: clock() }), ...outcome };
    this.steps.set(`${reissueId}/${message.updateId}`, {
      reissue_id: reissueId,
      update_id: message.updateId,
      kind: message.kind,
      request_hmac: message.requestHmac,
      outcome: recorded,
      recorded_at: clock(),
    });
    return {
      reached: 'COMPLETED',
      result: { standing: { state: row.state, alarm: null, parked: null }, status: 'DONE' },
    };
  }

  /** Makes a row. */
  open(reissueId: string, more: Partial<ReissueRow> = {}): ReissueRow {
    const now = clock();
    const row = {
      ...{ reissue_id: reissueId, api_key_name: 'local', reason: 'EXPIRED', state: 'IDENTITY_REQUIRED' },
      ...{ methods: ['PHONE_CODE', 'ONE_WON'], identity_attempts: 5, password_attempts: null },
      ...{ basis: null, serial: null, parked_step: null, pending_message: null, deadline: null },
      ...{
        key_thumbprint: keyThumbprint,
        registration_challenge_id: null,
        registration_nonce: null,
        identity_verified_at: null,
      },
      ...{ downloaded_at: null, steps: 1, event_sequence: 1, created_at: now, updated_at: now },
      ...more,
    } as ReissueRow;
    this.rows.set(reissueId, row);
    return row;
  }

  /** Adds an event and wakes the streams. */
  announce(event: StreamedEvent): void {
    this.events.push(event);
    for (const wake of [...this.wake]) wake();
  }

  get streams(): number {
    return this.wake.length;
  }

  /** @param bound for another front end or key than is right; undefined: a call that has no reissue */
  seal(
    value: string,
    purpose: EnvelopePurpose,
    sub: string,
    bound: { client?: string; keyThumbprint?: string | undefined } = {},
  ): Promise<string> {
    const publicJwk = vaultKeys.keys[0]!;
    return seal(value, { purpose, sub, publicJwk, client: 'local', keyThumbprint, ...bound });
  }

  /** What the applicants of the starts that were passed on said in clear, as the worker reads it. */
  async particulars(): Promise<Particulars[]> {
    const keys = await importVaultKeys(privateVaultKeys);
    const opened = this.delivered.map(async (message) => {
      if (message.kind !== 'start' || !('particulars' in message.applicant)) return [];
      const sealed = this.sealedParticulars.get(message.applicant.particulars) ?? '';
      return (await openParticulars(sealed, message.reissueId, keys)) ?? [];
    });
    return (await Promise.all(opened)).flat();
  }

  consents(): object[] {
    return termsInForce(this.terms, 'identity', 'ko', clock()).map(({ termsId, version, digest }) => ({
      ...{ termsId, version, digest },
      agreed: true,
    }));
  }

  /** As the database would, each limit for itself. */
  private useLimits(uses: readonly LimitUse[], now: Date): Allowance {
    for (const { key, limit } of uses) {
      const { byMs, latest } = cellOf(limit, now);
      const tat = this.limits.get(key) ?? 0;
      if (tat > latest.getTime()) return { allowed: false, retryAfterMs: tat - latest.getTime() };
      this.limits.set(key, Math.max(tat, now.getTime()) + byMs);
    }
    return { allowed: true };
  }

  private current(id: string): Promise<CurrentReissue | undefined> {
    const row = this.rows.get(id);
    return Promise.resolve(row && { row, reissue: showReissue(row, { now: clock() }) });
  }
}
