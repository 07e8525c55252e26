import { durationInWords, useSecondsUntil } from '../components/time.js';
import { stepOf, type Screen } from '../flow/screen.js';
import { useFlow } from '../flow/use-flow.js';
import { useWords } from '../words/index.js';

/** The steps of a reissue, with the present one marked, and the time that is left. */
export function StepBar({ screen }: { screen: Screen }) {
  const { steps, stepOf: say, timeLeft, ...units } = useWords();
  const { reissue } = useFlow();
  const seconds = useSecondsUntil(reissue?.deadline);
  const step = stepOf(screen);
  if (step === undefined) return null;
  return (
    <nav aria-label={say(step, steps.length, steps[step - 1]!)}>
      <ol className="bar">
        {steps.map((name, at) => (
          <li
            key={name}
            className={at + 1 < step ? 'past' : at + 1 === step ? 'now' : undefined}
            aria-current={at + 1 === step ? 'step' : undefined}
          >
            {name}
          </li>
        ))}
      </ol>
      {seconds > 0 && <p className="left">{timeLeft(durationInWords(seconds, units))}</p>}
    </nav>
  );
}
