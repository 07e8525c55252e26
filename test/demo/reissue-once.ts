import { randomUUID } from 'node:crypto';
import type { Reissue } from '#libs/contracts';
import type { ApplicantBy, IdentityMethod, Reason, State } from '#libs/domain';
import { Customer } from '../support/customer.js';
import type { Gateway } from '../support/gateway.js';
import { expectSuccess, type Answer } from '../support/http.js';
import type { Person, Sandbox } from '../support/sandbox.js';

export interface Step {
  readonly name: string;
  /** The reissue's state after it; undefined before there is a reissue. */
  readonly state: State | undefined;
  readonly ms: number;
}

/** A reissue that went through, and what the client has of it. */
export interface Completed {
  readonly reissue: Reissue;
  readonly person: Person;
  /** PEM: the new certificate, then its chain. */
  readonly download: string;
  /** The new private key, PEM (PKCS#8). */
  readonly privateKey: string;
  /** R of the VID, hexadecimal. */
  readonly vidRandom: string;
  readonly steps: readonly Step[];
  readonly ms: number;
}

/** Why somebody comes, and how they say and prove who they are. */
export interface Occasion {
  readonly reason: Reason;
  readonly by: ApplicantBy;
  readonly methods: readonly IdentityMethod[];
}

/** The step at which a reissue failed; what went wrong is its cause. */
export class StepFailure extends Error {
  constructor(
    readonly step: string,
    override readonly cause: Error,
  ) {
    super(`${step}: ${cause.message}`);
  }
}

/**
 * One reissue from the key pair to the registration proof.
 *
 * @throws StepFailure
 */
export async function reissueOnce(
  { gateway, sandbox }: { gateway: Gateway; sandbox: Sandbox },
  person: Person,
  { reason, by, methods }: Occasion,
  onStep: (step: Step) => void = () => undefined,
): Promise<Completed> {
  const steps: Step[] = [];
  const began = performance.now();

  async function take<T>(
    name: string,
    work: () => Promise<T>,
    stateAfter: () => State | undefined = () => customer.reissue?.state,
  ): Promise<T> {
    const since = performance.now();
    try {
      const result = await work();
      const step = { name, state: stateAfter(), ms: performance.now() - since };
      steps.push(step);
      onStep(step);
      return result;
    } catch (error) {
      throw new StepFailure(name, error as Error);
    }
  }
  const call = <Body>(name: string, work: () => Promise<Answer<Body>>) =>
    take(name, async () => expectSuccess(await work()));

  const arrive = () => Customer.arrive(gateway, sandbox, person);
  const customer = await take('Key pair made', arrive, () => undefined);
  customer.deviceId = randomUUID();
  await call('Started, codes sent', () => customer.start({ reason, by, methods }));
  const codes = await take('Codes read', () => customer.readCodes());
  await call('Identity verified', () => customer.verify(codes));
  const passwordProved = customer.reissue?.state === 'CONSENT_REQUIRED';
  if (reason === 'PASSWORD_FORGOTTEN') await call('Password reset', () => customer.resetPassword());
  else if (!passwordProved) await call('Password checked', () => customer.enterPassword());
  await call('Terms agreed to', () => customer.consent());
  await call('Certificate issued', () => customer.requestCertificate());
  const download = await call('Downloaded', () => customer.download());
  const reissue = await call('Registered', () => customer.register());
  const ms = performance.now() - began;
  const secrets = { privateKey: customer.key.privateKeyPem(), vidRandom: customer.vidRandom ?? '' };
  return { reissue, person, download, ...secrets, steps, ms };
}
