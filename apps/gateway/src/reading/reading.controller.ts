import { Controller, Get, Header, Headers, Inject, Param } from '@nestjs/common';
import { reissueSchema, type Reissue } from '#libs/contracts';
import { WithAccess } from '../access/access.guard.js';
import { EventStreams } from '../events/event-streams.js';
import { ClientDisconnected } from '../events/client-disconnected.js';
import { LastEventId } from '../events/last-event-id.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { CertificateDownload } from './certificate-download.js';
import { ReissueReader } from './reissue-reader.js';

@Controller('v1/reissues/:id')
@WithAccess()
export class ReissueQueriesController {
  constructor(
    @Inject(ReissueReader) private readonly reader: ReissueReader,
    @Inject(EventStreams) private readonly streams: EventStreams,
    @Inject(CertificateDownload) private readonly certificates: CertificateDownload,
  ) {}

  @Get()
  @DocumentedEndpoint('getReissue', { 200: reissueSchema })
  show(@Param('id') id: string): Promise<Reissue> {
    return this.reader.show(id);
  }

  @Get('events')
  @Header('content-type', 'text/event-stream; charset=utf-8')
  @Header('x-accel-buffering', 'no')
  @DocumentedEndpoint('followEvents')
  async events(
    @Param('id') id: string,
    @LastEventId() after: number,
    @ClientDisconnected() gone: AbortSignal,
  ): Promise<AsyncGenerator<string> | Response> {
    return (await this.streams.follow(id, after, gone)) ?? new Response(null, { status: 204 });
  }

  @Get('certificate')
  @DocumentedEndpoint('downloadCertificate')
  certificate(@Param('id') id: string, @Headers('accept') accept?: string): Promise<Response> {
    return this.certificates.download(id, accept);
  }
}
