import type { OpenAPIObject } from '@nestjs/swagger';
import { problemCatalogue } from '#libs/contracts';
import { describeFeatures, problemTable } from '#libs/http';
import { GatewayDependencies } from '../dependencies.js';
import { features } from '../features.js';
import { completeDocument } from './build-document.js';

const introduction = `Reissues a customer's joint certificate.

A front end names itself with \`X-Api-Key\`. Starting a reissue returns a token that opens this one reissue.
Every POST carries an \`Idempotency-Key\` and may be repeated safely with the same key and body.
Failures are problem documents (RFC 9457); branch on \`type\`:

${problemTable(problemCatalogue)}
`;

/** The OpenAPI 3.1 document of the gateway. */
export async function describeGateway(): Promise<OpenAPIObject> {
  const document = await describeFeatures({
    features,
    provided: [GatewayDependencies],
    describe: (builder) =>
      builder
        .setTitle('Reseal gateway')
        .setDescription(introduction)
        .addServer('/', 'where this document comes from')
        .addApiKey(
          { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'Names the front end' },
          'apiKey',
        )
        .addBearerAuth(
          { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Opens one reissue' },
          'accessToken',
        ),
  });
  return completeDocument(document);
}
