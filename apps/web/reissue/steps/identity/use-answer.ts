import { useState } from 'react';
import type { Challenge } from '#libs/client';
import { useFlow } from '../../flow/use-flow.js';
import { useWords } from '../../words/index.js';

/** Seals and sends an answer. `refused` says in words why the last one did not do. */
export function useAnswer(challenge: Challenge, onAccepted: () => void) {
  const { open, act, keep, kept } = useFlow();
  const { identity } = useWords();
  const [refused, setRefused] = useState<string>();
  const send = async (answer: string): Promise<void> => {
    setRefused(undefined);
    await act(async () => {
      const { challengeId } = challenge;
      const results = await open!.answerChallenges([{ challengeId, answer }]);
      const result = results.find((one) => one.challengeId === challengeId);
      if (result?.accepted) onAccepted();
      else {
        const left = challenge.remainingAttempts - 1;
        setRefused(
          result?.reason === 'EXPIRED' || result?.reason === 'LOCKED'
            ? identity[result.reason]
            : `${identity.wrong} ${left > 0 ? identity.left(left) : ''}`,
        );
        const others = (kept?.challenges ?? []).filter((one) => one.challengeId !== challengeId);
        // A method that is locked is chosen no more; its challenge stays until another takes its place.
        await keep({ challenges: [...others, { ...challenge, remainingAttempts: Math.max(0, left) }] });
      }
      return open!.reissue;
    });
  };
  return { send, refused, setRefused };
}
