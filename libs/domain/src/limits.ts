import type { Message } from './transitions.js';

/**
 * How many calls, refusals included, a reissue accepts before its certificate is issued. The limit bounds its Temporal
 * history.
 */
export const maximumSteps = 100;

const limited: ReadonlySet<Message> = new Set<Message>([
  'requestChallenges',
  'answerChallenges',
  'submitPassword',
  'resetPassword',
  'giveConsents',
  'requestCertificate',
]);

/**
 * Whether a reissue that has run `steps` steps refuses another one of this kind. Cancelling has no limit, and the
 * proof of registration has twice the limit.
 */
export function stepLimitReached(steps: number, message: Message): boolean {
  if (message === 'cancel' || message === 'stop') return false;
  return steps >= (limited.has(message) ? maximumSteps : 2 * maximumSteps);
}
