import type { OpenAPIObject } from '@nestjs/swagger';
import { describeFeatures } from '#libs/http';
import { GatewayDependencies } from '../dependencies.js';
import { gatewayFeatures } from '../features.js';
import { completeDocument } from './build-document.js';
import { startRequest } from './examples.js';

const { applicant } = startRequest;

const introduction = `Reissues a customer's joint certificate.

## Five minutes

On the local stack (\`npm start\`) the front end is called \`local\`, its API key is \`reseal-local\`, and the first sample person is
${applicant.name}, ${applicant.mobile}. http://127.0.0.1:3003 shows this person's password, messages and deposits. These calls make a whole
reissue, in this order:

1. **startReissue** names the person, and has a code sent to the phone and one won to the account. The response has the id of the
   reissue, the access token that opens it, and the challenges.
2. **answerChallenges** proves the identity with the code and with the last four digits of the depositor's name.
3. **apply** sends the password, the consents and the certificate request at once. Separate calls for them are there, too.
4. **getReissue** shows the state and, in \`next\`, what to do now: \`REGISTER\` as soon as the certificate is issued.
   **downloadCertificate** returns it.
5. **proveRegistration** proves with a signature that the new key works. The old certificate is revoked.

## Every call

- \`X-Api-Key\` identifies the front end. The access token (\`Authorization: Bearer …\`) opens one reissue.
- Each POST has an \`Idempotency-Key\`: repeat a call that got no answer with the same key and body, and it has one effect.
- Secrets are sealed for the keys of **getKeys** (JWE), and bound to the reissue and to the key of the app.
- 429 and 503 say in \`Retry-After\`, in seconds, when to repeat the call.
- Errors are problem documents (RFC 9457); branch on \`type\`. [The page of all problems](/docs/problems) says when each occurs and
  what to do. The header \`Link\` of each response leads to its place.
- Pages of other origins need an entry for their API key (\`RESEAL_API_ORIGINS\`). Cookies are not used.

Other systems receive events by webhooks (below) and Kafka ([AsyncAPI](/docs/asyncapi.yaml)). Their data has JSON Schemas:
[reissue](/docs/reissue-event-data.v1.json), [certificate](/docs/certificate-event-data.v1.json),
[audit](/docs/audit-event-data.v1.json).
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
