import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { requestId } from '../codes/code-schemas.js';
import { ActsAs } from '../faults/fault.interceptor.js';
import { DocumentAuthority } from './document-authority.js';

const checkBody = z.object({
  transactionId: requestId,
  attemptId: requestId,
  name: z.string().min(1).max(100),
  type: z.enum(['RESIDENT_CARD', 'DRIVING_LICENCE']),
  rrn: z.string().regex(/^\d{13}$/, 'must be 13 digits'),
  issuedOn: z.iso.date(),
  licenceNumber: z.string().max(32).optional(),
  photo: z.base64().describe('JPEG'),
});

@ActsAs('document')
@Controller('v1/document')
export class DocumentController {
  constructor(private readonly authority: DocumentAuthority) {}

  @Post('checks')
  @HttpCode(200)
  check(@Body({ schema: checkBody }) body: z.infer<typeof checkBody>) {
    return this.authority.check(body);
  }

  @Get('checks/:attemptId')
  answer(@Param('attemptId', { schema: requestId }) attemptId: string) {
    return this.authority.answer(attemptId);
  }
}
