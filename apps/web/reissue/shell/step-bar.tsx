import { stepOf, type Screen } from '../flow/screen.js';
import { useWords } from '../words/index.js';

/** The steps of a reissue, with the present one marked. */
export function StepBar({ screen }: { screen: Screen }) {
  const { steps, stepOf: say } = useWords();
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
    </nav>
  );
}
