import { setTimeout as delay } from 'node:timers/promises';
import type { IdentityProvider } from '#activities/identity';
import type { Mail, MailSender, Sms, SmsSender } from '#activities/notification';
import { parseOneTimeCode, type IdentityMethod } from '#libs/domain';
import { OutcomeUnknown, ProviderRefused, ProviderUnavailable } from '#libs/provider-client';

type SendRequest = Parameters<NonNullable<IdentityProvider['send']>>[0];
type VerifyRequest = Parameters<IdentityProvider['verify']>[0];
type VerifyResult = Awaited<ReturnType<IdentityProvider['verify']>>;

/**
 * `lost`: acts, and the connection breaks. `refusing`: refuses permanently. `hanging` and `silent` give no answer while
 * the fault lasts; `silent` acts before that.
 */
type Fault = 'down' | 'lost' | 'refusing' | 'hanging' | 'silent';

/** Thrown when a repetition is not announced as one: another provider might then act twice. */
class UnannouncedRepetition extends Error {}

/** A provider of one-time codes that can fail. Codes are `100001`, `100002` and so on. */
class FakeCodeProvider implements IdentityProvider {
  /** The distinct requests in order, without recognised repetitions. */
  readonly sends: SendRequest[] = [];
  readonly comparisons: VerifyRequest[] = [];
  fault: Fault | undefined;
  /** The number of calls without an answer. */
  waiting = 0;
  private readonly codes = new Map<string, { code: string; ci: string | undefined }>();
  private readonly answers = new Map<string, VerifyResult>();
  private readonly people = new Map<string, string>();
  private readonly simChanges = new Map<string, string>();

  constructor(
    readonly method: IdentityMethod,
    private readonly addressOf: (request: Pick<SendRequest, 'name' | 'mobile' | 'account'>) => string,
  ) {}

  /** Makes codes for this address prove this CI. */
  knows(person: Pick<SendRequest, 'name' | 'mobile' | 'account'>, ci: string): void {
    this.people.set(this.addressOf(person), ci);
  }

  /** Makes the provider say that this person's SIM was last changed at this time. */
  changedSim({ ci }: { readonly ci: string }, at: Date): void {
    this.simChanges.set(ci, at.toISOString());
  }

  codeOf(transactionId: string): string {
    const sent = this.codes.get(transactionId);
    if (!sent) throw new Error(`no code was sent for ${transactionId}`);
    return sent.code;
  }

  async send(request: SendRequest) {
    const repeated = request.repeated === true || request.provider != null;
    if (this.codes.has(request.transactionId) && !repeated)
      throw new UnannouncedRepetition(request.transactionId);
    await request.recordProvider?.(this.method);
    await this.breakBefore(async () => (repeated ? undefined : request.recordProvider?.(null)));
    if (!this.codes.has(request.transactionId)) {
      this.sends.push(request);
      const ci = this.people.get(this.addressOf(request));
      this.codes.set(request.transactionId, { code: String(100_000 + this.sends.length), ci });
    }
    await this.breakAfter();
    const status = this.codes.get(request.transactionId)?.ci ? ('SENT' as const) : ('UNKNOWN' as const);
    return { status, provider: this.method };
  }

  accepts(answer: string): boolean {
    return parseOneTimeCode(answer)?.length === 6;
  }

  async verify(request: VerifyRequest) {
    if (this.answers.has(request.attemptId) && !request.repeated)
      throw new UnannouncedRepetition(request.attemptId);
    await this.breakBefore();
    let answer = this.answers.get(request.attemptId);
    if (!answer) {
      this.comparisons.push(request);
      const sent = this.codes.get(request.transactionId);
      answer =
        sent?.ci && sent.code === parseOneTimeCode(request.answer)
          ? { status: 'MATCHED', ci: sent.ci, simChangedAt: this.simChanges.get(sent.ci) }
          : { status: 'MISMATCHED', finding: 'OTHER_CODE' };
      this.answers.set(request.attemptId, answer);
    }
    await this.breakAfter();
    return answer;
  }

  private async breakBefore(forgetProvider?: () => Promise<void>): Promise<void> {
    if (this.fault === 'hanging') await this.untilOver('hanging');
    if (this.fault === 'down' || this.fault === 'refusing') await forgetProvider?.();
    if (this.fault === 'down') throw new ProviderUnavailable(`${this.method} is down`);
    if (this.fault === 'refusing') throw new ProviderRefused(`${this.method} answered 400`, 400);
  }

  private async breakAfter(): Promise<void> {
    if (this.fault === 'silent') await this.untilOver('silent');
    if (this.fault === 'lost') throw new OutcomeUnknown(`${this.method} gave no answer`);
  }

  private async untilOver(fault: Fault): Promise<void> {
    this.waiting += 1;
    while (this.fault === fault) await delay(10);
    this.waiting -= 1;
  }
}

/** The authority for identity documents. */
class FakeDocumentAuthority implements IdentityProvider {
  readonly method = 'ID_DOCUMENT';
  private readonly documents = new Map<string, string>();

  /** Makes this person's document genuine. It proves this CI. */
  knows(person: DocumentHolder, ci: string): void {
    this.documents.set(documentOf(person), ci);
  }

  accepts(answer: string): boolean {
    return answer.startsWith('{');
  }

  async verify({ answer }: VerifyRequest): Promise<VerifyResult> {
    const ci = this.documents.get(answer);
    return ci ? { status: 'MATCHED', ci } : { status: 'MISMATCHED', finding: 'NOT_GENUINE' };
  }
}

interface DocumentHolder {
  /** 13 digits. */
  readonly rrn: string;
}

/** The right answer with this person's document. */
export function documentOf({ rrn }: DocumentHolder): string {
  return JSON.stringify({
    type: 'RESIDENT_CARD',
    rrn,
    issuedOn: '2020-02-20',
    photoId: `ph_${'0'.repeat(32)}`,
  });
}

/** Accepts SMS and mail, unless it is down. While it is slow it gives no answer: before or after it accepts. */
class FakeMessenger {
  readonly texts: Sms[] = [];
  readonly mails: Mail[] = [];
  down = false;
  slow: 'before' | 'after' | undefined;

  readonly sms: SmsSender = { send: async (sms) => this.deliver(this.texts, sms) };
  readonly mail: MailSender = { send: async (mail) => this.deliver(this.mails, mail) };

  /** SMS and mail in the order in which they were accepted. */
  private readonly accepted: (Sms | Mail)[] = [];

  /** The kinds of notification that reached a person, without repetitions. */
  readonly notificationsTo = ({
    mobile,
    email,
  }: {
    readonly mobile: string;
    readonly email?: string | null;
  }) => [
    ...new Set(
      this.accepted
        .filter(({ to }) => to === mobile || to === email)
        .map(({ messageId }) => messageId.split('.')[1]),
    ),
  ];

  private async deliver<T extends Sms | Mail>(taken: T[], message: T): Promise<void> {
    if (this.down) throw new ProviderUnavailable('messages cannot be sent');
    await this.while('before');
    taken.push(message);
    this.accepted.push(message);
    await this.while('after');
  }

  private async while(slow: 'before' | 'after'): Promise<void> {
    while (this.slow === slow) await delay(10);
  }
}

export class OutsideWorld {
  readonly telecom = new FakeCodeProvider('PHONE_CODE', ({ name, mobile }) => `${name} ${mobile}`);
  readonly oneWon = new FakeCodeProvider('ONE_WON', ({ account }) => account);
  readonly documents = new FakeDocumentAuthority();
  readonly messenger = new FakeMessenger();

  providerOf(method: 'PHONE_CODE' | 'ONE_WON'): FakeCodeProvider {
    return method === 'PHONE_CODE' ? this.telecom : this.oneWon;
  }
}
