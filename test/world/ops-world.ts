import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '#libs/config';
import { createDatabase, type Database } from '#libs/db';
import { createApplication, HealthRegistry } from '#libs/http';
import { opsConfig } from '../../apps/ops/src/config.js';

import { OpsModule } from '../../apps/ops/src/ops.module.js';
import { opsDependencyProblem } from '../../apps/ops/src/problems.js';
import { TestIssuer, type TokenClaims } from '../../apps/ops/src/testing/issuer.js';
import { until } from '../support/until.js';
import { asSpec, createTestDatabase, type TestDatabase } from './test-database.js';

/** A key that signs nothing, so that no signature is valid under it. */
const auditPublicKey = {
  ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
  kid: 'audit-spec',
  validFrom: '2026-01-01T00:00:00.000Z',
};

export interface Answer {
  readonly status: number;
  /** Last part of a problem's type. */
  readonly problem: string | undefined;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read answers of any form
  readonly json: any;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

// Other specs that run at the same time make these slow.
jest.setTimeout(120_000);

/**
 * The operators' app in this process, on a separate database and the stack's Temporal, with an issuer whose staff may
 * have any role. The app listens for streams. Other calls are injected.
 */
export class OpsWorld {
  private constructor(
    readonly database: Pick<TestDatabase, 'urlOf'>,
    /** Has all rights. */
    readonly owner: Database,
    readonly issuer: TestIssuer,
    readonly app: NestFastifyApplication,
    readonly url: string,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  static async create(env: NodeJS.ProcessEnv = {}): Promise<OpsWorld> {
    const database = await createTestDatabase();
    return OpsWorld.on(database, env, () => database.drop());
  }

  /** On an existing database, which the caller drops. */
  static async on(
    database: Pick<TestDatabase, 'urlOf'>,
    env: NodeJS.ProcessEnv = {},
    dropDatabase = () => Promise.resolve(),
  ): Promise<OpsWorld> {
    const issuer = await TestIssuer.start();
    const config = loadConfig(opsConfig, {
      ...stackTemporalSettings(),
      RESEAL_ENV: 'test',
      RESEAL_LOG_LEVEL: 'silent',
      RESEAL_OPS_PORT: '0',
      RESEAL_DATABASE_URL: database.urlOf('ops'),
      RESEAL_OIDC_ISSUER: issuer.url,
      RESEAL_AUDIT_PUBLIC_KEYS: JSON.stringify({ keys: [auditPublicKey] }),
      ...env,
    });
    const app = await createApplication({
      name: 'ops',
      module: OpsModule.with(config),
      config,
      problemOf: opsDependencyProblem,
    });
    await app.listen(0, '127.0.0.1');
    const owner = createDatabase({ url: database.urlOf('owner'), ...asSpec });
    const url = await app.getUrl();
    const health = app.get(HealthRegistry);
    await until('the app to be ready', async () => (await health.report()).status === 'up');
    return new OpsWorld(database, owner, issuer, app, url, dropDatabase);
  }

  /** Calls as a person with these claims, or without signing in. */
  async call(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    as: TokenClaims | undefined,
    { body, headers = {} }: { body?: object | string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const token = as && (await this.issuer.token(as));
    const answer = await this.app.inject({
      method,
      url: path,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
      ...(body ? { payload: body } : {}),
    });
    const json: unknown = /json\b(?!l)/.test(String(answer.headers['content-type']))
      ? answer.json()
      : undefined;
    const type = (json as { type?: string } | undefined)?.type;
    return {
      status: answer.statusCode,
      problem: type?.startsWith('urn:reseal:problem:') ? type.split(':').at(-1) : undefined,
      json,
      text: answer.body,
      headers: answer.headers,
    };
  }

  get(path: string, as: TokenClaims | undefined = operator): Promise<Answer> {
    return this.call('GET', path, as);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.issuer.close();
    await this.owner.destroy();
    await this.dropDatabase();
  }
}

/** Fictional staff. */
export const operator = { sub: 'olivia', name: 'Olivia', roles: ['operator'] } as const;
export const approver = { sub: 'april', name: 'April', roles: ['approver'] } as const;
export const auditor = { sub: 'audrey', name: 'Audrey', roles: ['auditor'] } as const;

/** The gateway's settings for the stack's Temporal and for the codec. */
function stackTemporalSettings(): NodeJS.ProcessEnv {
  const file = join(process.env.RESEAL_STATE ?? '.reseal', 'env', 'gateway.env');
  const env = parseEnv(readFileSync(file, 'utf8'));
  return Object.fromEntries(Object.entries(env).filter(([key]) => /TEMPORAL|CODEC/.test(key)));
}
