import { Injectable } from '@nestjs/common';
import type { Carrier } from '#libs/domain';
import { SandboxConfig } from '../config.js';
import { Inbox } from '../messages/inbox.js';
import { People } from '../people/people.js';
import { OneTimeCodes } from './one-time-codes.js';
import type { TelecomCompany } from './one-time-codes.js';

interface TelecomCodeRequest {
  transactionId: string;
  name: string;
  /** Digits only. */
  mobile: string;
  carrier?: Carrier | undefined;
}

/** The telecom companies. Each knows holder and carrier of every mobile number and sends its own codes. */
@Injectable()
export class Telecom {
  constructor(
    private readonly codes: OneTimeCodes,
    private readonly people: People,
    private readonly inbox: Inbox,
    private readonly config: SandboxConfig,
  ) {}

  /** Sends a six-digit code to a subscriber if name, number and the carrier (if given) belong together. */
  async sendCode(company: TelecomCompany, { transactionId, name, mobile, carrier }: TelecomCodeRequest) {
    const subscriber = await this.people.findByMobile(mobile);
    const known = subscriber?.name === name && (carrier === undefined || carrier === subscriber.carrier);
    return this.codes.send({
      provider: company,
      transactionId,
      addressee: JSON.stringify([name, mobile, ...(carrier ? [carrier] : [])]),
      person: known ? subscriber : undefined,
      unknown: 'UNKNOWN_SUBSCRIBER',
      digits: 6,
      lifetimeMs: this.config.values.phoneCodeLifetimeMs,
      deliver: (code, person, within) =>
        this.inbox.deliver(
          {
            id: `${company}/${transactionId}`,
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
