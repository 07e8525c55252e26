import Fastify from 'fastify';

/**
 * Serves bytes from memory by GET and POST, in plain Fastify: the baseline for the status app. Arguments: a port, then
 * sizes. `/<size>` answers with that number of bytes.
 */
const [port = '0', ...sizes] = process.argv.slice(2);
const app = Fastify();
app.addContentTypeParser('application/ocsp-request', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
);
for (const size of sizes) {
  const bytes = Buffer.alloc(Number(size), 0x30);
  app.route({
    method: ['GET', 'POST'],
    url: `/${size}`,
    handler: (_request, reply) => reply.header('content-type', 'application/octet-stream').send(bytes),
  });
}
await app.listen({ port: Number(port), host: '127.0.0.1' });
