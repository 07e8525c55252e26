import { useState } from 'react';
import { useFlow } from '../../flow/use-flow.js';
import type { PageWords } from '../../words/en.js';
import { useWords } from '../../words/index.js';
import type { AnswerProps } from './identity-step.js';

/** A text that is chosen at each render, in the language of that moment. */
type TextChoice = (words: PageWords) => string;

/**
 * Seals and sends an answer. `refused` is the text about the last answer that was not accepted.
 *
 * @param onRefused called when the text appears, to clear the field before the customer types again
 */
export function useAnswer({ challenge, onAccepted, onLocked }: AnswerProps, onRefused = () => {}) {
  const { open, attempt } = useFlow();
  const words = useWords();
  const [say, setSay] = useState<{ refused: TextChoice }>();
  const refuse = (refused: TextChoice) => setSay({ refused });
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
        // An answer that came too late was not compared, and does not count as a try.
        const left = reason === 'LOCKED' ? 0 : challenge.remainingAttempts - (reason === 'EXPIRED' ? 0 : 1);
        refuse(({ identity }) =>
          reason === 'EXPIRED' || reason === 'LOCKED'
            ? identity[reason]
            : `${identity.wrong[challenge.method]} ${left > 0 ? identity.left(left) : ''}`,
        );
        onRefused();
        if (left <= 0) onLocked();
        // The challenge has one try less now.
        return open!.show();
      }
      return open!.reissue;
    });
  };
  return { send, refused: say?.refused(words), refuse, clear };
}
