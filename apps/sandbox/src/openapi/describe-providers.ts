import { describeFeatures } from '#libs/http';
import type { OpenAPIObject } from '@nestjs/swagger';
import { SandboxClock } from '../clock.js';
import { SandboxConfig } from '../config.js';
import { SandboxDatabase } from '../database.js';
import { sandboxFeatures } from '../features.js';
import { BankRegistry } from '../people/bank-registry.js';
import { SampleCertificates } from '../people/sample-certificates.js';
import { isProviderPath } from '../provider-paths.js';

const introduction = `What Reseal's worker expects of the providers of phone codes (\`telecom\`), one-won transfers
(\`one-won\`), checks of identity documents (\`document\`), text messages (\`sms\`) and, if there is one, of risk
decisions (\`risk\`). The sandbox implements it. An adapter
for a real provider implements the same calls in front of the provider's own interface, at any address:
\`RESEAL_TELECOM_URL\`, \`RESEAL_ONE_WON_URL\`, \`RESEAL_DOCUMENT_URL\`, \`RESEAL_RISK_URL\` and \`RESEAL_SMS_URL\` are what stands
here before \`/codes\`, \`/transfers\`, \`/checks\`, \`/decisions\` and the end of \`/v1/sms\`.

**A request is carried out once.** Its id (\`transactionId\`, \`attemptId\`, \`messageId\`) identifies repetitions. A
repetition gets the recorded answer and has no other effect. The same id with other content is refused with 409.

**After an answer is lost, the worker asks with GET** whether the request was carried out, and repeats it if not. So an
adapter records a request before it acts on it, and answers GET from the record, for as long as a reissue may last.

| The worker receives | and concludes |
| --- | --- |
| 200 with a body of this contract | the request was carried out |
| no connection, a failed handshake, 401, 407, 429 or 503 | it was not carried out; it is retried, and another address of the provider may take over |
| 404 to a GET | it never arrived |
| 408, any other 5xx, a timeout, a broken connection, another body | it may have been carried out: the same address is asked |
| any other 4xx | it is refused for good |

A call is answered within 5 seconds (\`RESEAL_PROVIDER_TIMEOUT_MS\`). Redirects are not followed. The worker authenticates
with a client certificate, a bearer token, or both, as configured for each provider. Bodies are UTF-8 JSON; members that
this contract does not name are ignored.
`;

/** The OpenAPI 3.1 document of the providers that the worker calls. */
export async function describeProviders(): Promise<OpenAPIObject> {
  const document = await describeFeatures({
    features: sandboxFeatures,
    provided: [
      SandboxClock,
      SandboxConfig,
      SandboxDatabase,
      BankRegistry as never,
      SampleCertificates as never,
    ],
    describe: (builder) =>
      builder
        .setTitle('Providers of Reseal')
        .setDescription(introduction)
        .addServer('http://127.0.0.1:3003', 'Sandbox')
        .addServer('https://127.0.0.1:3006', 'Sandbox with TLS')
        .addSecurity('token', { type: 'http', scheme: 'bearer' })
        .addSecurity('certificate', { type: 'mutualTLS' } as never),
  });
  const paths = Object.entries(document.paths).filter(
    // The second telecom company has the same interface as the first.
    ([path]) => isProviderPath(path) && !path.startsWith('/v1/telecom-2'),
  );
  return { ...document, paths: Object.fromEntries(paths) };
}
