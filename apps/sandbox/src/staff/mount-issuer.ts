import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { StaffIssuer } from './issuer.js';

/** Passes raw requests to the issuer, which parses forms itself. */
export function mountIssuer(app: NestFastifyApplication): void {
  const issuer = app.get(StaffIssuer);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      if (issuer.takes(request.raw, reply.raw)) reply.hijack();
      else done();
    });
}
