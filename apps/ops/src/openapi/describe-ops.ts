import { opsProblemCatalogue } from '#libs/contracts';
import { describeFeatures, problemTable } from '#libs/http';
import type { OpenAPIObject } from '@nestjs/swagger';
import { StaffTokens } from '../access/staff-tokens.js';
import { OpsDependencies } from '../dependencies.js';
import { opsFeatures } from '../features.js';

const introduction = `Lists, retries and approves reissues of joint certificates, and exports their evidence.

Staff sign in at the bank's OpenID Connect issuer; the access token is sent as a Bearer token. \`x-roles\` of a call names
the roles that may make it. Failures are problem documents (RFC 9457); branch on \`type\`:

${problemTable(opsProblemCatalogue)}
`;

/** The OpenAPI 3.1 document of the operators' API. */
export const describeOps = (): Promise<OpenAPIObject> =>
  describeFeatures({
    features: opsFeatures,
    provided: [OpsDependencies, StaffTokens],
    describe: (builder) =>
      builder
        .setTitle('Reseal ops')
        .setDescription(introduction)
        .addServer('http://127.0.0.1:3001', 'Local')
        .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'staff'),
  });
