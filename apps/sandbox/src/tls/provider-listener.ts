import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { timingSafeEqual } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { readSecretText } from '#libs/credentials';
import type { FastifyInstance } from 'fastify';
import { SandboxConfig } from '../config.js';
import { isProviderPath } from '../provider-paths.js';
import { serverCertificateOf } from './server-certificate.js';

/**
 * Serves the providers by TLS to clients with a certificate and a bearer token, as real providers do. It listens only if
 * the sandbox has a certificate.
 */
@Injectable()
export class ProviderListener implements OnApplicationBootstrap, OnModuleDestroy {
  private server: Server | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: SandboxConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { clientsCaFile, tlsPort, host } = this.config.values;
    const certificate = serverCertificateOf(this.config.values);
    if (!certificate || clientsCaFile === undefined) return;
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    this.server = createServer(
      {
        ...certificate,
        ca: readFileSync(clientsCaFile),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (request, response) => this.admit(request, response) && fastify.routing(request, response),
    );
    this.server.listen(tlsPort, host);
    await once(this.server, 'listening');
  }

  async onModuleDestroy(): Promise<void> {
    const { server } = this;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** Answers 404 to paths of no provider, and 401 to a request without the token. */
  private admit({ url = '', headers }: IncomingMessage, response: ServerResponse): boolean {
    const { tokenFile } = this.config.values;
    const status = !isProviderPath(url.replace(/\?.*$/s, ''))
      ? 404
      : tokenFile === undefined || isToken(headers.authorization, readSecretText(tokenFile))
        ? 200
        : 401;
    if (status !== 200) response.writeHead(status, { 'content-type': 'application/problem+json' }).end('{}');
    return status === 200;
  }
}

function isToken(authorization: string | undefined, token: string): boolean {
  const given = Buffer.from(authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
