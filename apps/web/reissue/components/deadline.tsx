import { useFlow } from '../flow/use-flow.js';
import { useWords } from '../words/index.js';
import { durationInWords, useSecondsUntil } from './time.js';

/** The time that is left for the reissue, and what happens at its end. A screen shows one timer at a time. */
export function Deadline() {
  const { deadline, ...units } = useWords();
  const { reissue } = useFlow();
  const seconds = useSecondsUntil(reissue?.deadline);
  if (!reissue?.deadline) return null;
  const end = reissue.state === 'ISSUED' ? deadline.thenWithdrawn : deadline.thenEnded;
  return (
    <p className="left">
      {seconds > 0 ? `${deadline.left(durationInWords(seconds, units))} ${end}` : deadline.over}
    </p>
  );
}
