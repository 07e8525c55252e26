import { generateKeyPairSync } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { VidCheckAnswer, VidCheckRequest } from '#activities/certificate';
import { showReissue, type StepOutcome } from '#libs/contracts';
import type { VidCheckRow } from '#libs/db/certificates';
import type { CallState, NewCall, ReceivedCall, ReissueRow, StepRow } from '#libs/db/reissues';
import type { CustomerMessage, Particulars, StartReissue } from '#libs/domain';
import { createApplication } from '#libs/http';
import { loadTerms, termsInForce } from '#libs/terms';
import { cellOf, type Allowance, type LimitUse } from '#libs/rate-limit';
import { seal } from '#libs/client';
import { importVaultKeys, openParticulars, publicVaultKeys, type EnvelopePurpose } from '#libs/vault';
import { AccessTokens } from '../access/access-tokens.js';
import type { CallRates, LimitedCall } from '../access/call-limits.js';
import type { Delivery } from '../calls/reissue-workflows.js';
import type { GatewayConfig } from '../config.js';
import { GatewayDependencies } from '../dependencies.js';
import type { StreamedEvent } from '../events/event-streams.js';
import { gatewayFeatures } from '../features.js';
import { dependencyProblem, problemPage } from '../problems.js';
import type { OpenChallenge } from '#libs/db/identity';
import type { GatewayQueries } from '../queries.js';
import { InMemoryTransfers } from './in-memory-transfers.js';

/** Thumbprint of the key that reissues are for. */
const keyThumbprint = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';

type Message = StartReissue | CustomerMessage;

const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const tokenKey = { ...ed25519, kty: 'OKP', kid: 't1' };
const privateVaultKeys = { keys: [{ ...p256, kid: 'v1' }] };
const vaultKeys = publicVaultKeys(privateVaultKeys);
const receiptKeys = { keys: [{ ...ed25519, kid: 'r1' }] };
const clock = () => new Date();
const generous: CallRates = {
  address: { burst: 10_000, everyMs: 1 },
  device: { burst: 10_000, everyMs: 1 },
};

/** The gateway with its dependencies in memory. A test decides what the workflows do. */
export class InMemoryGateway {
  readonly terms = loadTerms();
  readonly tokens = new AccessTokens(tokenKey);
  readonly rows = new Map<string, ReissueRow>();
  readonly steps = new Map<string, StepRow>();
  /** The error of reading and revoking access, while the database is down. */
  databaseDown: Error | undefined;
  /** How often the access to a reissue was read. */
  accessReads = 0;
  readonly vault = new Map<string, string>();
  /** Particulars that the gateway sealed, by handle. */
  private readonly sealedParticulars = new Map<string, string>();
  /** The request of each received call, by reissue and step. */
  readonly received = new Map<string, string>();
  /** Subjects of stored envelopes that are not the reissue, by handle. */
  readonly subjects = new Map<string, string>();
  /** Handles, by the id of the stored envelope. */
  private readonly envelopes = new Map<string, string>();
  readonly events: StreamedEvent[] = [];
  readonly delivered: Message[] = [];
  /** The progress of the reissue at each message to its workflow. */
  readonly progress: number[] = [];
  readonly openChallenges: OpenChallenge[] = [];
  readonly downloads: string[] = [];
  readonly vidChecks = new Map<string, VidCheckRow>();
  readonly checked: VidCheckRequest[] = [];
  /** Serials of the certificates that were issued. */
  readonly issued = new Set<string>();
  /** Reissues whose tokens were revoked. */
  readonly revoked = new Set<string>();
  readonly transfers = new InMemoryTransfers();
  readonly closing = new AbortController();
  /** The limits of calls, and by key the time at which a used limit is full again. */
  readonly rates: Record<LimitedCall, CallRates> = {
    start: generous,
    transfer: generous,
    call: generous,
  };
  readonly limits = new Map<string, number>();
  /** The bank on the page; the fictional one if undefined. */
  pageBrand: GatewayConfig['pageBrand'];
  apiKeys: GatewayConfig['apiKeys'];
  apiOrigins: GatewayConfig['apiOrigins'] = new Map();
  certificate: { serial: string; der: Buffer } | undefined;
  app!: NestFastifyApplication;
  private wake: (() => void)[] = [];

  /** Replaces the workflow. By default it completes the step of a message and changes nothing. */
  deliver: (message: Message, reissueId: string) => Promise<Delivery> = async (message, reissueId) =>
    this.completeStep(reissueId, message);

  /** Replaces the worker: answers and records a check. By default the VID matches. */
  checkVid: (request: VidCheckRequest) => Promise<VidCheckAnswer> = async ({
    checkId,
    requestHmac,
    serial,
  }) => {
    this.vidChecks.set(checkId, { request_hmac: requestHmac, serial, matches: true });
    return { answer: 'CHECKED', matches: true, requestHmac };
  };

  async listen(): Promise<string> {
    this.app = await createApplication({
      name: 'gateway',
      config: { logLevel: 'silent' },
      problemOf: dependencyProblem,
      problemPage,
      module: {
        module: class GatewayInMemory {},
        global: true,
        imports: [...gatewayFeatures],
        providers: [{ provide: GatewayDependencies, useValue: this.dependencies() }],
        exports: [GatewayDependencies],
      },
    });
    await this.app.listen(0, '127.0.0.1');
    return this.app.getUrl();
  }

  private dependencies(): Partial<GatewayDependencies> {
    return {
      config: this.config(),
      logger: { info: () => undefined, warn: () => undefined },
      queries: this.queries(),
      workflows: {
        start: (message) => this.send(message.reissueId, message),
        send: (reissueId, message, progress) => {
          this.progress.push(progress);
          return this.send(reissueId, message);
        },
      },
      withdrawConsent: () => Promise.resolve({ answer: 'NOT_GIVEN' }),
      checkVid: (request) => {
        this.checked.push(request);
        return this.checkVid(request);
      },
      listener: {
        subscribe: (_id, wake) => {
          this.wake.push(wake);
          return () => (this.wake = this.wake.filter((other) => other !== wake));
        },
      },
      terms: this.terms,
      closing: this.closing.signal,
      clock,
    };
  }

  /** The settings that the features read. */
  private config(): GatewayConfig {
    const { rates } = this;
    return {
      env: 'test',
      pageApiKey: 'reseal-local',
      pageBrand: this.pageBrand,
      apiKeys: this.apiKeys,
      apiOrigins: this.apiOrigins,
      tokenKey,
      tokenAfterEndMs: 3_600_000,
      idKey: Buffer.alloc(32, 7),
      vaultPublicKeys: vaultKeys,
      receiptPublicKeys: receiptKeys,
      profileName: 'personal-bank-rsa',
      ...{ callsPerReissue: 4, admissionTargetMs: 60_000, callsMax: 1_000 },
      streamsPerReissue: 8,
      uploadsPerAddress: 8,
      uploadMemoryBytes: 16 * 1024 * 1024,
      heartbeatMs: 50,
      get limitAddressStarts() {
        return rates.start.address;
      },
      get limitDeviceStarts() {
        return rates.start.device;
      },
      transferMs: 600_000,
      get limitAddressTransfers() {
        return rates.transfer.address;
      },
      get limitDeviceTransfers() {
        return rates.transfer.device;
      },
      get limitAddressCalls() {
        return rates.call.address;
      },
      get limitDeviceCalls() {
        return rates.call.device;
      },
    } as Partial<GatewayConfig> as GatewayConfig;
  }

  private queries(): GatewayQueries {
    const requireDatabase = () => {
      if (this.databaseDown) throw this.databaseDown;
    };
    const queries: { [Name in keyof GatewayQueries]?: unknown } = {
      callStateOf: async (id: string, updateId: string): Promise<CallState> => {
        requireDatabase();
        this.accessReads += 1;
        return {
          revoked: this.revoked.has(id),
          reissue: this.rows.get(id),
          certificate: undefined,
          old: undefined,
          receivedRequest: this.received.get(`${id}/${updateId}`),
          step: this.steps.get(`${id}/${updateId}`),
        };
      },
      openChallengesOf: async (id: string) =>
        this.openChallenges.filter(({ reissue_id }) => reissue_id === id),
      revokeAccess: async (id: string) => {
        requireDatabase();
        this.revoked.add(id);
      },
      useLimits: async (uses: readonly LimitUse[], now: Date) => this.useLimits(uses, now),
      findStep: async (id: string, updateId: string) => this.steps.get(`${id}/${updateId}`),
      findReceivedRequest: async (id: string, updateId: string) => this.received.get(`${id}/${updateId}`),
      receiveCall: async (call: NewCall) => this.receiveCall(call),
      downloadableCertificateOf: async () =>
        this.certificate && {
          ...this.certificate,
          issuing: Buffer.from('issuing CA'),
          root: Buffer.from('root'),
        },
      markDownloaded: async (id: string) => this.downloads.push(id) > 0,
      reissueEventsAfter: async (_id: string, after: number) =>
        this.events.filter(({ sequence }) => sequence > after),
      findVidCheck: async (checkId: string) => this.vidChecks.get(checkId),
      isIssued: async (serial: string) => this.issued.has(serial),
      photos: {},
      transfers: this.transfers,
    };
    return queries as GatewayQueries;
  }

  private send(reissueId: string, message: Message): Promise<Delivery> {
    this.delivered.push(message);
    return this.deliver(message, reissueId);
  }

  /** Completes a step: stores its outcome and, for a start, the row. */
  completeStep(reissueId: string, message: Message, outcome: Partial<StepOutcome> = {}): Delivery {
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

  /** Stores a new row. */
  open(reissueId: string, more: Partial<ReissueRow> = {}): ReissueRow {
    const now = clock();
    const row = {
      ...{ reissue_id: reissueId, api_key_name: 'local', reason: 'EXPIRED', state: 'IDENTITY_REQUIRED' },
      receipt_number: 'K7M-2QX-9TR',
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

  /** Stores an event and wakes the streams. */
  publishEvent(event: StreamedEvent): void {
    this.events.push(event);
    for (const wake of [...this.wake]) wake();
  }

  get streams(): number {
    return this.wake.length;
  }

  /** @param bound a wrong front end or key; `keyThumbprint: undefined` for a call that has no reissue */
  seal(
    value: string,
    purpose: EnvelopePurpose,
    sub: string,
    bound: { client?: string; keyThumbprint?: string | undefined } = {},
  ): Promise<string> {
    const publicJwk = vaultKeys.keys[0]!;
    return seal(value, { purpose, sub, publicJwk, client: 'local', keyThumbprint, ...bound });
  }

  /** The particulars of all delivered starts, opened as the worker opens them. */
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

  /** Counts each limit separately, as the database does. */
  private useLimits(uses: readonly LimitUse[], now: Date): Allowance {
    return this.useCells(
      uses.map(({ key, limit }) => ({ key, ...cellOf(limit, now) })),
      now,
    );
  }

  private useCells(uses: NewCall['limits'], now: Date): Allowance {
    for (const { key, byMs, latest } of uses) {
      const tat = this.limits.get(key) ?? 0;
      if (tat > latest.getTime()) return { allowed: false, retryAfterMs: tat - latest.getTime() };
      this.limits.set(key, Math.max(tat, now.getTime()) + byMs);
    }
    return { allowed: true };
  }

  private receiveCall({ call, sealed, limits }: NewCall): ReceivedCall {
    const allowance = this.useCells(limits, call.received_at);
    if (!allowance.allowed) return allowance;
    const key = `${call.reissue_id}/${call.update_id}`;
    const request = this.received.get(key) ?? call.request_hmac;
    this.received.set(key, request);
    const own = sealed.filter(({ jti, handle }) => (this.envelopes.get(jti) ?? handle) === handle);
    for (const { jti, handle, purpose, envelope, subject } of request === call.request_hmac ? own : []) {
      (purpose === 'particulars' ? this.sealedParticulars : this.vault).set(handle, envelope);
      if (subject) this.subjects.set(handle, subject);
      this.envelopes.set(jti, handle);
    }
    return { request, stored: new Set(own.map(({ handle }) => handle)) };
  }
}
