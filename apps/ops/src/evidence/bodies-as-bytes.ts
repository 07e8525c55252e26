import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';

/**
 * Gives a route with `@RouteConfig({ bodyAsBytes: true })` the bytes of a JSON body: a verifier has to see what was
 * sent, which is more than `JSON.parse` leaves of it. Other routes get what Fastify reads.
 */
@Injectable()
export class BodiesAsBytes implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost<FastifyAdapter>) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance();
    const readJson = fastify.getDefaultJsonParser('error', 'error');
    fastify.removeContentTypeParser('application/json');
    fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
      const { bodyAsBytes } = request.routeOptions.config as { readonly bodyAsBytes?: boolean };
      if (bodyAsBytes) done(null, body);
      else void readJson(request, body.toString(), done);
    });
  }
}
