import { Controller, Get, Query } from '@nestjs/common';
import { keyTypes } from '#libs/ca';
import { passwordRulesSchema, termsSchema } from '#libs/contracts';
import { termsLocales, termsStages } from '#libs/terms';
import { z } from 'zod';
import { WithAccess } from '../access/access.guard.js';
import { FromCaller, type Caller } from '../access/caller.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { ReferenceData } from './reference-data.js';

const termsQuerySchema = z.object({
  stage: z.enum(termsStages).describe('identity: at the start; issuance: before the certificate is issued'),
  locale: z.enum(termsLocales).default('ko'),
});

const keysSchema = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal('EC'),
        crv: z.literal('P-256'),
        x: z.string(),
        y: z.string(),
        kid: z.string(),
        alg: z.literal('ECDH-ES+A256KW'),
        use: z.literal('enc'),
      }),
    ),
    client: z
      .string()
      .describe('the calling front end: the value of `client` in the header of each envelope'),
  })
  .meta({ id: 'SealingKeys' });

const certificateProfileSchema = z
  .object({
    keyTypes: z
      .array(z.enum(keyTypes))
      .min(1)
      .describe('Key types that the CA certifies; make a key of the first one that the device can make'),
  })
  .meta({ id: 'CertificateProfile' });

@Controller('v1')
@WithAccess()
export class ReferenceDataController {
  constructor(private readonly data: ReferenceData) {}

  @Get('keys')
  @DocumentedEndpoint('getKeys', { 200: keysSchema })
  keys(@FromCaller() { apiKeyName }: Caller): z.output<typeof keysSchema> {
    return { ...this.data.keys, client: apiKeyName };
  }

  @Get('certificate-profile')
  @DocumentedEndpoint('getCertificateProfile', { 200: certificateProfileSchema })
  certificateProfile(): z.output<typeof certificateProfileSchema> {
    return { keyTypes: [...this.data.keyTypes] };
  }

  @Get('terms')
  @DocumentedEndpoint('getTerms', { 200: z.array(termsSchema) })
  terms(
    @Query({ schema: termsQuerySchema }) { stage, locale }: z.output<typeof termsQuerySchema>,
  ): ReturnType<ReferenceData['terms']> {
    return this.data.terms(stage, locale);
  }

  @Get('password-rules')
  @DocumentedEndpoint('getPasswordRules', { 200: passwordRulesSchema })
  passwordRules(): ReferenceData['passwordRules'] {
    return this.data.passwordRules;
  }
}
