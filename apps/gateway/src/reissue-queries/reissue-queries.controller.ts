import { Controller, Get, Headers, Query } from '@nestjs/common';
import { reissueWithChallengesSchema, type ReissueWithChallenges } from '#libs/contracts';
import { z } from 'zod';
import { WithAccess } from '../access/access.guard.js';
import { FromCaller, type Caller } from '../access/caller.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { CertificateDownload } from './certificate-download.js';
import { certificateFormNames } from './certificate-forms.js';
import { ReissueReader } from './reissue-reader.js';

const certificateQuerySchema = z.object({
  form: z
    .enum(certificateFormNames)
    .optional()
    .describe('form of the file, in place of the header `Accept`, which generated clients do not set'),
});

@Controller('v1/reissues/:id')
@WithAccess()
export class ReissueQueriesController {
  constructor(
    private readonly reader: ReissueReader,
    private readonly certificates: CertificateDownload,
  ) {}

  @Get()
  @DocumentedEndpoint('getReissue', { 200: reissueWithChallengesSchema })
  show(@FromCaller() { state }: Caller): Promise<ReissueWithChallenges> {
    return this.reader.readWithChallenges(state);
  }

  @Get('certificate')
  @DocumentedEndpoint('downloadCertificate')
  certificate(
    @FromCaller() { state }: Caller,
    @Query({ schema: certificateQuerySchema }) { form }: z.output<typeof certificateQuerySchema>,
    @Headers('accept') accept?: string,
  ): Promise<Response> {
    return this.certificates.download(state, accept, form);
  }
}
