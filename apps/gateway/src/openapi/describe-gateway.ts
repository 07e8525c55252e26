import type { OpenAPIObject } from '@nestjs/swagger';
import { problemCatalogue } from '#libs/contracts';
import { describeFeatures, problemTable } from '#libs/http';
import { GatewayDependencies } from '../dependencies.js';
import { gatewayFeatures } from '../features.js';
import { completeDocument } from './build-document.js';

const introduction = `Reissues a customer's joint certificate.

A front end identifies itself with \`X-Api-Key\`. The start of a reissue returns an access token for that reissue.
Each POST has an \`Idempotency-Key\`, and can be repeated safely with the same key and body.
Errors are problem documents (RFC 9457); branch on \`type\`:

${problemTable(problemCatalogue)}
`;

/** The OpenAPI 3.1 document of the gateway. */
export async function describeGateway(): Promise<OpenAPIObject> {
  const document = await describeFeatures({
    features: gatewayFeatures,
    provided: [GatewayDependencies],
    describe: (builder) =>
      builder
        .setTitle('Reseal gateway')
        .setDescription(introduction)
        .addServer('/', 'the server of this document')
        .addApiKey(
          { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'Identifies the front end' },
          'apiKey',
        )
        .addBearerAuth(
          { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Gives access to one reissue' },
          'accessToken',
        ),
  });
  return completeDocument(document);
}
