import { useFlow } from '../../flow/use-flow.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { useLanguage, useWords } from '../../words/index.js';

export function WaitingScreen() {
  const { waiting } = useWords();
  return (
    <ScreenFrame title={waiting.title} lead={waiting.lead}>
      <div className="waiting" role="status" aria-label={waiting.title} />
    </ScreenFrame>
  );
}

export function WithOperatorScreen() {
  const { operator } = useWords();
  const { resumable } = useFlow();
  return (
    <ScreenFrame title={operator.title} lead={operator.lead} outcome="paused">
      <p className="box">
        {operator.time} {resumable && operator.close}
      </p>
    </ScreenFrame>
  );
}

export function EndedScreen() {
  const { ended } = useWords();
  const language = useLanguage();
  const { reissue, restart } = useFlow();
  return (
    <ScreenFrame
      title={ended.titles[reissue?.state ?? ''] ?? ''}
      lead={reissue?.ended?.text[language]}
      outcome="stopped"
    >
      <button className="main" onClick={() => void restart()}>
        {ended.again}
      </button>
    </ScreenFrame>
  );
}

export function KeyLostScreen() {
  const { issue } = useWords();
  return <ScreenFrame title={issue.lostTitle} lead={issue.lost} outcome="stopped" />;
}

export function GoodbyeScreen() {
  const { goodbye } = useWords();
  const { restart } = useFlow();
  return (
    <ScreenFrame title={goodbye.title} lead={goodbye.lead} outcome="good">
      <button className="second" onClick={() => void restart()}>
        {goodbye.again}
      </button>
    </ScreenFrame>
  );
}
