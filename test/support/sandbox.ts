import type { Carrier, CustomerEventKind } from '#libs/domain';
import { expectSuccess, send, type Call } from './http.js';

/** The certificate that a person has: valid, about to expire, expired, or none. */
export type Holding = 'VALID' | 'EXPIRING' | 'EXPIRED' | 'NONE';

/** The fields of an identity document, except the holder's. */
type IdentityDocument =
  | { readonly type: 'RESIDENT_CARD'; readonly issuedOn: string }
  | { readonly type: 'DRIVING_LICENCE'; readonly number: string; readonly issuedOn: string };

/** A fictional customer of the bank, with all that this person knows and owns. */
export interface Person {
  readonly personId: string;
  readonly name: string;
  readonly mobile: string;
  readonly carrier: Carrier;
  readonly email: string;
  readonly rrn: string;
  /** Whether the bank has the resident registration number on file. */
  readonly rrnOnFile: boolean;
  readonly birthDate: string;
  readonly document: IdentityDocument;
  readonly account: { readonly bank: string; readonly number: string };
  readonly certificatePassword: string;
  readonly ci: string;
  readonly holding: Holding;
  /** PEM */
  readonly oldCertificate?: string;
  /** PEM, PKCS#8 */
  readonly oldKey?: string;
  /** R of the old certificate's VID, hexadecimal. */
  readonly oldRandom?: string;
}

export interface Message {
  readonly id: string;
  readonly channel: 'SMS' | 'MAIL';
  readonly to: string;
  readonly from: string;
  readonly subject?: string;
  readonly text: string;
  readonly receivedAt: string;
}

interface Deposit {
  readonly id: string;
  readonly depositor: string;
  readonly amount: number;
  readonly depositedAt: string;
}

/** The sample staff: two operators, an approver, an auditor, and Sam, who is operator and approver. */
export type StaffName = 'olivia' | 'oscar' | 'april' | 'audrey' | 'sam';

const providers = ['telecom', 'telecom-2', 'one-won', 'document', 'risk', 'sms', 'smtp'] as const;
export type Provider = (typeof providers)[number];
export interface Fault {
  readonly mode: 'ok' | 'slow' | 'late' | 'down' | 'twice' | 'lost';
  /** How long `slow` and `late` wait, in milliseconds. */
  readonly ms?: number;
}

/** The largest number of people that one call makes. */
const largestBatch = 500;

/** A client of the sandbox: people, their messages and deposits, and faults of providers. */
export class Sandbox {
  constructor(readonly url: string) {}

  /** Makes new customers. */
  async makePeople(count: number, holding?: Holding): Promise<Person[]> {
    const people: Person[] = [];
    while (people.length < count) {
      const body = { count: Math.min(count - people.length, largestBatch), ...(holding ? { holding } : {}) };
      people.push(...(await this.call<{ people: Person[] }>('POST', '/v1/people', body)).people);
    }
    return people;
  }

  async makePerson(holding?: Holding): Promise<Person> {
    const [person] = await this.makePeople(1, holding);
    return person!;
  }

  /** Makes a person whose resident registration number the bank does not have on file. */
  makePersonWithoutRrn(holding: Holding): Promise<Person> {
    return this.makeOne({ holding, rrnOnFile: false });
  }

  /** Makes a foreign resident. */
  makeForeigner(holding: Holding): Promise<Person> {
    return this.makeOne({ holding, foreign: true });
  }

  /** The first thousand people. */
  async people(): Promise<Person[]> {
    return (await this.call<{ people: Person[] }>('GET', '/v1/people?limit=1000')).people;
  }

  /** The SMS and mails of a mobile number or mail address, newest first. */
  async inbox(to: string): Promise<Message[]> {
    return (await this.call<{ messages: Message[] }>('GET', `/v1/inbox?to=${encodeURIComponent(to)}`))
      .messages;
  }

  /** The deposits of an account, newest first. */
  async deposits(account: string): Promise<Deposit[]> {
    return (await this.call<{ deposits: Deposit[] }>('GET', `/v1/accounts/${account}/deposits`)).deposits;
  }

  /** The SMS with one-time codes that a person got, newest first. */
  async phoneCodes({ mobile }: Pick<Person, 'mobile'>): Promise<Message[]> {
    return (await this.inbox(mobile)).filter(({ text }) => text.includes('인증번호'));
  }

  /**
   * The newest one-time code in a person's SMS.
   *
   * @throws Error if there is none
   */
  async phoneCode({ mobile }: Pick<Person, 'mobile'>): Promise<string> {
    const texts = (await this.inbox(mobile)).map(({ text }) => text);
    return firstMatch(texts, /인증번호 (\d{6})/, `no code was sent to ${mobile}`);
  }

  /**
   * The code in the depositor's name of the newest one-won transfer to a person's account.
   *
   * @throws Error if there is none
   */
  async depositCode({ account }: Pick<Person, 'account'>): Promise<string> {
    const depositors = (await this.deposits(account.number)).map(({ depositor }) => depositor);
    return firstMatch(depositors, /(\d{4})$/, `no deposit with a code on account ${account.number}`);
  }

  /** An access token of a staff member, as a sign-in returns it. */
  async staffToken(name: StaffName): Promise<string> {
    return (await this.call<{ accessToken: string }>('POST', `/v1/staff/${name}/token`, {})).accessToken;
  }

  /** The ID token of a staff member's sign-in with this nonce. */
  async staffProof(name: StaffName, nonce: string): Promise<string> {
    return (await this.call<{ idToken: string }>('POST', `/v1/staff/${name}/proof`, { nonce })).idToken;
  }

  /** Sets the fault of a provider. It stays until the next call. */
  /** Lets the bank's systems send an event about a person. */
  async sendCustomerEvent({ personId }: Pick<Person, 'personId'>, kind: CustomerEventKind): Promise<void> {
    await this.call('POST', '/v1/customer-events', { personId, kind });
  }

  async setFault(provider: Provider, fault: Fault): Promise<void> {
    await this.call('PUT', `/v1/faults/${provider}`, fault);
  }

  /** How many calls of a provider wait because of its fault, those whose caller has gone included. */
  async waitingCalls(provider: Provider): Promise<number> {
    return (await this.call<{ waitingCalls: number }>('GET', `/v1/faults/${provider}`)).waitingCalls;
  }

  async clearFaults(): Promise<void> {
    for (const provider of providers) await this.setFault(provider, { mode: 'ok' });
  }

  private async makeOne(kind: { holding: Holding; rrnOnFile?: boolean; foreign?: boolean }): Promise<Person> {
    const { people } = await this.call<{ people: Person[] }>('POST', '/v1/people', { count: 1, ...kind });
    return people[0]!;
  }

  private async call<Body>(method: Call['method'], path: string, body?: unknown): Promise<Body> {
    return expectSuccess(await send<Body>({ method, url: this.url + path, body }));
  }
}

function firstMatch(texts: readonly string[], pattern: RegExp, otherwise: string): string {
  for (const text of texts) {
    const code = pattern.exec(text)?.[1];
    if (code) return code;
  }
  throw new Error(otherwise);
}
