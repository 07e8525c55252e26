import { useFlow } from '../../flow/use-flow.js';
import { Page } from '../../components/screen-frame.js';
import { useLanguage, useWords } from '../../words/index.js';

/** What is beside the way: waiting, staff at work, an end, a key that is elsewhere. */
export function Waiting() {
  const { waiting } = useWords();
  return (
    <Page title={waiting.title} lead={waiting.lead}>
      <div className="waiting" role="status" aria-label={waiting.title} />
    </Page>
  );
}

export function WithOperator() {
  const { operator } = useWords();
  const { resumable } = useFlow();
  return (
    <Page title={operator.title} lead={operator.lead}>
      <p className="box">
        {operator.time} {resumable && operator.close}
      </p>
    </Page>
  );
}

export function Ended() {
  const { ended } = useWords();
  const language = useLanguage();
  const { reissue, restart } = useFlow();
  return (
    <Page title={ended.titles[reissue?.state ?? ''] ?? ''} lead={reissue?.ended?.text[language]}>
      <button className="main" onClick={() => void restart()}>
        {ended.again}
      </button>
    </Page>
  );
}

export function KeyLost() {
  const { issue } = useWords();
  return <Page title={issue.lostTitle} lead={issue.lost} />;
}

export function Goodbye() {
  const { goodbye } = useWords();
  const { restart } = useFlow();
  return (
    <Page title={goodbye.title} lead={goodbye.lead}>
      <button className="second" onClick={() => void restart()}>
        {goodbye.again}
      </button>
    </Page>
  );
}
