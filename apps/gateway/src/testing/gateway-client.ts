import { expect } from '@jest/globals';
import type { Reissue } from '#libs/contracts';
import { InMemoryGateway } from './in-memory-gateway.js';

export interface Started {
  reissue: Reissue;
  challenges: object[];
  accessToken: string;
  expiresIn: number;
}

let nextKey = 0;
export const freshKey = () => `idempotency-key-${(nextKey += 1)}`;

/** The problem type that a response names, after a check that the response is a problem (RFC 9457). */
export async function slugOf(answer: Response): Promise<string> {
  const { type, status } = (await answer.json()) as { type: string; status: number };
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.status).toBe(status);
  return type.replace('urn:reseal:problem:', '');
}

/** A front end that calls a gateway of its own over real HTTP. */
export class GatewayClient {
  private constructor(
    readonly gateway: InMemoryGateway,
    readonly url: string,
  ) {}

  /** Starts a gateway in memory. @param settings that differ from those of every test */
  static async open(
    settings: Partial<Pick<InMemoryGateway, 'apiKeys' | 'apiOrigins'>> = {},
  ): Promise<GatewayClient> {
    const gateway = Object.assign(new InMemoryGateway(), settings);
    return new GatewayClient(gateway, await gateway.listen());
  }

  close(): Promise<void> {
    return this.gateway.app.close();
  }

  call(method: string, path: string, more: { body?: unknown; headers?: Record<string, string> } = {}) {
    return fetch(this.url + path, {
      method,
      headers: {
        'x-api-key': 'reseal-local',
        ...(method === 'POST' ? { 'idempotency-key': freshKey() } : {}),
        ...(more.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...more.headers,
      },
      ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
    });
  }

  startBody() {
    return {
      reason: 'EXPIRED',
      applicant: { name: '홍길동', mobile: '010-1234-5678' },
      keyThumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
      consents: this.gateway.consents(),
    };
  }

  async start(headers: Record<string, string> = {}): Promise<Started> {
    const answer = await this.call('POST', '/v1/reissues', { body: this.startBody(), headers });
    return (await answer.json()) as Started;
  }

  /** A started reissue, and calls on it with its token. */
  async begun(state: Partial<Parameters<InMemoryGateway['open']>[1]> = {}) {
    const { reissue, accessToken } = await this.start();
    const row = this.gateway.open(reissue.id, { ...this.gateway.rows.get(reissue.id), ...state });
    const authorization = `Bearer ${accessToken}`;
    const path = `/v1/reissues/${reissue.id}`;
    return {
      id: reissue.id,
      row,
      authorization,
      post: (subpath: string, body?: unknown, headers: Record<string, string> = {}) =>
        this.call('POST', `${path}/${subpath}`, { body, headers: { authorization, ...headers } }),
      get: (subpath: string, headers: Record<string, string> = {}) =>
        this.call('GET', `${path}${subpath}`, { headers: { authorization, ...headers } }),
    };
  }
}
