import type { FastifyInstance } from 'fastify';
import { edgeProblem } from './edge-problems.js';

/** Accepts uncompressed JSON bodies only. An empty JSON body counts as no body. */
export function acceptJsonBodies(fastify: FastifyInstance): void {
  // `bodyParser: false` of the application disables Nest's parser for forms. Fastify's parser for text is removed here.
  fastify.removeContentTypeParser(['text/plain', 'application/json']);
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.config.bodyAsBytes) done(null, body);
    else if (body.length === 0) done(null, undefined);
    else void parse(request, body.toString(), done);
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    const coding = request.headers['content-encoding']?.trim().toLowerCase();
    if (coding === undefined || coding === '' || coding === 'identity') return done();
    // RFC 9110 section 15.5.16: the response names the accepted codings.
    return done(edgeProblem('unsupported-media-type', { headers: { 'accept-encoding': 'identity' } }));
  });
}
