import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { StaffIssuer } from './issuer.js';

/** Gives the issuer its requests as they came: it reads forms itself, which nothing else here takes. */
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
