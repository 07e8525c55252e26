import { Controller, Get, Headers, Param } from '@nestjs/common';
import { reissueSchema, type Reissue } from '#libs/contracts';
import { WithAccess } from '../access/access.guard.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { CertificateDownload } from './certificate-download.js';
import { ReissueReader } from './reissue-reader.js';

@Controller('v1/reissues/:id')
@WithAccess()
export class ReissueQueriesController {
  constructor(
    private readonly reader: ReissueReader,
    private readonly certificates: CertificateDownload,
  ) {}

  @Get()
  @DocumentedEndpoint('getReissue', { 200: reissueSchema })
  show(@Param('id') id: string): Promise<Reissue> {
    return this.reader.show(id);
  }

  @Get('certificate')
  @DocumentedEndpoint('downloadCertificate')
  certificate(@Param('id') id: string, @Headers('accept') accept?: string): Promise<Response> {
    return this.certificates.download(id, accept);
  }
}
