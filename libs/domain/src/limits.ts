import type { Message } from './transitions.js';

/**
 * After so many calls, refusals included, a reissue takes no more of those before its certificate is made: its
 * Temporal history stays bounded.
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
 * Whether a reissue that took `steps` steps takes no more of this kind. The way out, and the last step of a
 * certificate that was made, stay open for as many again.
 */
export function stepLimitReached(steps: number, message: Message): boolean {
  if (message === 'cancel') return false;
  return steps >= (limited.has(message) ? maximumSteps : 2 * maximumSteps);
}
