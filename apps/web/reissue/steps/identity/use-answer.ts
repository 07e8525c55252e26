import { useState } from 'react';
import type { Challenge } from '#libs/client';
import { useFlow } from '../../flow/use-flow.js';
import type { PageWords } from '../../words/en.js';
import { useWords } from '../../words/index.js';

/** What is said in whichever language the page is read then. */
type Say = (words: PageWords) => string;

/**
 * Seals and sends an answer. `refused` says in words why the last one did not do.
 *
 * @param onRefused is called as the words appear: what it empties, the customer has not begun to fill again
 */
export function useAnswer(challenge: Challenge, onAccepted: () => void, onRefused = () => {}) {
  const { open, attempt, changeKept, kept } = useFlow();
  const words = useWords();
  const [say, setSay] = useState<{ refused: Say }>();
  const refuse = (refused: Say) => setSay({ refused });
  const clear = () => setSay(undefined);
  const send = async (answer: string): Promise<void> => {
    clear();
    await attempt(async () => {
      const { challengeId } = challenge;
      const results = await open!.answerChallenges([{ challengeId, answer }]);
      const result = results.find((one) => one.challengeId === challengeId);
      if (result?.accepted) onAccepted();
      else {
        const { reason } = result ?? {};
        // What came too late was not compared, and counts as no try.
        const left = challenge.remainingAttempts - (reason === 'EXPIRED' ? 0 : 1);
        refuse(({ identity }) =>
          reason === 'EXPIRED' || reason === 'LOCKED'
            ? identity[reason]
            : `${identity.wrong} ${left > 0 ? identity.left(left) : ''}`,
        );
        onRefused();
        const others = (kept?.challenges ?? []).filter((one) => one.challengeId !== challengeId);
        // A method that is locked is chosen no more; its challenge stays until another takes its place.
        await changeKept({ challenges: [...others, { ...challenge, remainingAttempts: Math.max(0, left) }] });
      }
      return open!.reissue;
    });
  };
  return { send, refused: say?.refused(words), refuse, clear };
}
