import { createHash, randomBytes } from 'node:crypto';
import { showChallenge } from '#libs/contracts';
import {
  unknownCustomerId,
  type IdentityMethod,
  type PreparedStep,
  type RequestChallenges,
  type StartReissue,
} from '#libs/domain';
import type { RoleTx } from '#libs/db';
import { customerById, type CustomerRow } from '#libs/db/customers';
import {
  challengesOfUpdate,
  identityMethodsOf,
  insertChallenges,
  markChallengesSent,
  putIdentityMethods,
  replaceChallenges,
  type IdentityMethodRow,
} from '#libs/db/identity';
import {
  BrokenInvariant,
  done,
  proceed,
  proceedAgain,
  refused,
  runStep,
  tooFrequent,
  type StepEnding,
  type ReissueChange,
} from '#activities/step';
import { bankHolderOf, hintOf, isDeliverable } from './destination.js';
import type { IdentityContext } from './context.js';

/** Prepares new challenges. Tries and sends are counted per reissue and method, so a new code resets neither. */
export async function requestChallenges(
  context: IdentityContext,
  reissueId: string,
  message: RequestChallenges,
): Promise<PreparedStep> {
  return runStep(context, reissueId, message, 'requestChallenges', (change) =>
    prepareChallenges(context, change, message, message.methods),
  );
}

/** What new challenges depend on. */
export interface ChallengeFacts {
  /** Whether an earlier run of the step inserted them. */
  readonly prepared: boolean;
  /** The progress of the methods that were used. */
  readonly used: readonly IdentityMethodRow[];
  readonly customer: CustomerRow | undefined;
}

async function readChallengeFacts(
  { tx, row }: ReissueChange,
  { updateId }: StartReissue | RequestChallenges,
): Promise<ChallengeFacts> {
  const [prepared, used, customer] = await Promise.all([
    challengesOfUpdate(tx, row.reissue_id, updateId),
    identityMethodsOf(tx, row.reissue_id),
    // Unknown persons are looked up too, so that their answers take equally long.
    customerById(tx, row.customer_id ?? unknownCustomerId),
  ]);
  return { prepared: prepared.length > 0, used, customer };
}

/**
 * Inserts the challenges. A second run for the same message finds them in the database.
 *
 * @param facts read if not given; a new reissue has none but its customer
 */
export async function prepareChallenges(
  context: Pick<IdentityContext, 'policy' | 'availableMethods' | 'identityLimits'>,
  change: ReissueChange,
  message: StartReissue | RequestChallenges,
  methods: readonly IdentityMethod[],
  facts?: ChallengeFacts,
): Promise<StepEnding> {
  const { tx, row, now } = change;
  const { prepared, used, customer } = facts ?? (await readChallengeFacts(change, message));
  if (prepared) return proceedAgain;

  // A method may have lost its provider since it was offered.
  const offered = row.methods.filter((method) => context.availableMethods.includes(method));
  if (methods.some((method) => !offered.includes(method))) return refused('METHOD_NOT_OFFERED');
  const progress = [...new Set(methods)].map((method) => progressOf(used, row.reissue_id, method));
  for (const { method, locked, sends } of progress) {
    if (locked) return refused('METHOD_LOCKED');
    if (sends >= limitsOf(context, method).sends) return refused('TOO_MANY_SENDS');
  }
  // The first challenges were counted with the start, before the row existed.
  if (message.kind !== 'start') {
    const requester = { ...row, origin: message.origin };
    const allowance = await context.identityLimits.send(tx, requester, methods, now);
    if (!allowance.allowed) return tooFrequent(allowance.retryAfterMs);
  }

  const challenges = progress.map(({ method }) => ({
    challenge_id: `ch_${digest(row.reissue_id, message.updateId, method)}`,
    reissue_id: row.reissue_id,
    update_id: message.updateId,
    method,
    transaction_id: `tx_${digest('transaction', row.reissue_id, message.updateId, method)}`,
    hint: hintOf(method, row, customer),
    state: 'PREPARED' as const,
    deliverable: isDeliverable(method, row, customer),
    attempts: limitsOf(context, method).attempts,
    nonce: method === 'OLD_CERTIFICATE' ? randomBytes(32).toString('base64url') : null,
    expires_at: new Date(now.getTime() + limitsOf(context, method).lifetimeMs),
    created_at: now,
  }));
  change.add(
    putIdentityMethods(
      tx,
      progress.map((each) => ({ ...each, sends: each.sends + 1 })),
    ),
    replaceChallenges(tx, row.reissue_id, methods),
    insertChallenges(tx, challenges, bankHolderOf(row, customer)),
  );
  change.set({ pending_message: JSON.stringify(message) });
  return proceed;
}

/** Marks the challenges as sent. Their lifetime begins now. */
export async function recordChallenges(
  context: IdentityContext,
  reissueId: string,
  message: StartReissue | RequestChallenges,
): Promise<PreparedStep> {
  return runStep(
    context,
    reissueId,
    message,
    'requestChallenges',
    async (change, prepared) => {
      const { tx, now } = change;
      const sent = prepared.map((challenge) => {
        const { lifetimeMs } = limitsOf(context, challenge.method);
        const expires_at = new Date(now.getTime() + lifetimeMs);
        return { ...challenge, state: 'SENT' as const, expires_at };
      });
      change.add(markChallengesSent(tx, sent));
      return done({
        challenges: sent.map((challenge) =>
          showChallenge(challenge, limitsOf(context, challenge.method).attempts - challenge.tries),
        ),
      });
    },
    { read: (tx: RoleTx<'worker'>) => challengesOfUpdate(tx, reissueId, message.updateId) },
  );
}

/** The progress of a method, also if it was not used yet. */
export function progressOf(
  methods: readonly IdentityMethodRow[],
  reissueId: string,
  method: IdentityMethod,
): IdentityMethodRow {
  return (
    methods.find((each) => each.method === method) ?? {
      reissue_id: reissueId,
      method,
      tries: 0,
      sends: 0,
      locked: false,
      verified_at: null,
      ci: null,
    }
  );
}

/** The limits of a method. The configuration refuses a policy that offers a method without limits. */
export function limitsOf(context: Pick<IdentityContext, 'policy'>, method: IdentityMethod) {
  const limits = context.policy.limits[method];
  if (!limits) throw new BrokenInvariant(`the identity policy has no limits for ${method}`);
  return limits;
}

function digest(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}
