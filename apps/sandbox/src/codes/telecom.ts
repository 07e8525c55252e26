import { Injectable } from '@nestjs/common';
import { SandboxConfig } from '../config.js';
import { Inbox } from '../messages/inbox.js';
import { People } from '../people/people.js';
import { OneTimeCodes } from './one-time-codes.js';

/** The telecom company: knows whose mobile number it is, and sends codes to it. */
@Injectable()
export class Telecom {
  constructor(
    private readonly codes: OneTimeCodes,
    private readonly people: People,
    private readonly inbox: Inbox,
    private readonly config: SandboxConfig,
  ) {}

  /** Sends a six-digit code to a subscriber, if name and number belong together. */
  async sendCode({ transactionId, name, mobile }: { transactionId: string; name: string; mobile: string }) {
    const subscriber = await this.people.findByMobile(mobile);
    return this.codes.send({
      provider: 'telecom',
      transactionId,
      addressee: JSON.stringify([name, mobile]),
      person: subscriber?.name === name ? subscriber : undefined,
      unknown: 'UNKNOWN_SUBSCRIBER',
      digits: 6,
      lifetimeMs: this.config.values.phoneCodeLifetimeMs,
      deliver: (code, person, within) =>
        this.inbox.deliver(
          {
            id: `telecom/${transactionId}`,
            channel: 'SMS',
            to: person.mobile,
            from: this.config.values.telecomSender,
            text: codeText(code, this.config.values.phoneCodeLifetimeMs),
          },
          within,
        ),
    });
  }
}

/** The text of a code's SMS. */
export function codeText(code: string, lifetimeMs: number): string {
  const seconds = Math.floor(lifetimeMs / 1000);
  return [
    `[가상통신] 본인확인 인증번호 ${code} (${seconds}초 이내 입력). 타인에게 절대 알려주지 마세요.`,
    `[Sandbox Telecom] Verification code ${code}, valid for ${seconds} seconds. Never share it.`,
  ].join('\n');
}
