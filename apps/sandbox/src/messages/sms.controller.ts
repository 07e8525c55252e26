import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { SandboxConfig } from '../config.js';
import { messageAnswer, requestId } from '../codes/code-schemas.js';
import { ActsAs } from '../faults/fault.interceptor.js';
import { mobileNumber } from './addresses.js';
import { Inbox } from './inbox.js';

const smsBody = z.object({
  messageId: requestId,
  to: mobileNumber,
  text: z
    .string()
    .min(1)
    .max(2000)
    .regex(/^[^\0]+$/, 'must not have NUL characters'),
});

/** The SMS gateway the bank sends through. */
@ActsAs('sms')
@Controller('v1/sms')
export class SmsController {
  constructor(
    private readonly inbox: Inbox,
    private readonly config: SandboxConfig,
  ) {}

  @Documented(
    'sendSms',
    'Send a text message. A repetition of a message id is accepted, and not sent again.',
    { 200: messageAnswer },
    { tag: 'sms' },
  )
  @Post()
  @HttpCode(200)
  async send(@Body({ schema: smsBody }) { messageId, to, text }: z.infer<typeof smsBody>) {
    await this.inbox.deliver({
      id: `sms/${messageId}`,
      channel: 'SMS',
      to,
      from: this.config.values.smsSender,
      text,
    });
    return { status: 'ACCEPTED' as const };
  }
}
