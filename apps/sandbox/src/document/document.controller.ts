import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { documentAnswer, requestId } from '../codes/code-schemas.js';
import { ActsAs } from '../faults/fault.interceptor.js';
import { DocumentAuthority } from './document-authority.js';

const checkBody = z.object({
  transactionId: requestId,
  attemptId: requestId,
  name: z.string().min(1).max(100),
  type: z.enum(['RESIDENT_CARD', 'DRIVING_LICENCE']),
  rrn: z
    .string()
    .regex(/^\d{13}$/, 'must be 13 digits')
    .describe('Resident registration number'),
  issuedOn: z.iso.date(),
  licenceNumber: z.string().max(32).optional(),
  photo: z.base64().describe('JPEG'),
});

@ActsAs('document')
@Controller('v1/document')
export class DocumentController {
  constructor(private readonly authority: DocumentAuthority) {}

  @Documented(
    'checkDocument',
    'Check that a document exists, and that the photo shows it',
    { 200: documentAnswer },
    { tag: 'document' },
  )
  @Post('checks')
  @HttpCode(200)
  check(@Body({ schema: checkBody }) body: z.infer<typeof checkBody>) {
    return this.authority.check(body);
  }

  @Documented(
    'getDocumentCheck',
    'What became of a check',
    { 200: documentAnswer, 404: 'It never arrived' },
    { tag: 'document' },
  )
  @Get('checks/:attemptId')
  answer(@Param('attemptId', { schema: requestId }) attemptId: string) {
    return this.authority.answer(attemptId);
  }
}
