import { ReissueProblem, ResealClient } from '#libs/client';
import { useState } from 'react';
import { ScreenFrame } from '../components/screen-frame.js';
import { readSession } from '../flow/page-session.js';
import { PhoneLink } from '../shell/phone-link.js';
import { languageChoice, useWords } from '../words/index.js';
import type { StopLink } from './stop-link.js';

type Answer = 'STOP' | 'MINE';
/** The problem of the answer, or that none came. In words only when it is shown: the customer may change the language. */
type Wrong = ReissueProblem['slug'] | 'unreachable';
type Progress =
  | { readonly at: 'asking'; readonly wrong?: Wrong }
  | { readonly at: 'sending'; readonly answer: Answer }
  | { readonly at: 'done'; readonly answer: Answer }
  | { readonly at: 'over'; readonly wrong: Wrong };

/** Problems that another try does not change. */
const final: readonly Wrong[] = ['stop-link-refused', 'stop-link-over'];

/** Sends the customer's answer. The page needs no reissue in this browser: the link is the proof. */
async function send({ reissueId, token }: StopLink, answer: Answer, suspend: boolean): Promise<void> {
  const { apiKey } = await readSession(() => undefined);
  const client = new ResealClient({ baseUrl: '', apiKey, language: languageChoice.current() });
  await client.answerStopLink({ reissueId, token, answer, suspendCertificate: answer === 'STOP' && suspend });
}

/** The page of a link in a message: the customer stops a reissue, or says that it is their own. */
export function StopPage({ link }: { link: StopLink }) {
  const { stop, problem } = useWords();
  const [progress, setProgress] = useState<Progress>({ at: 'asking' });
  const [suspend, setSuspend] = useState(true);
  const busy = progress.at === 'sending';
  const answer = async (given: Answer) => {
    if (busy) return;
    setProgress({ at: 'sending', answer: given });
    try {
      await send(link, given, suspend);
      setProgress({ at: 'done', answer: given });
    } catch (error) {
      const wrong = error instanceof ReissueProblem ? error.slug : 'unreachable';
      setProgress({ at: final.includes(wrong) ? 'over' : 'asking', wrong });
    }
  };
  const textOf = (wrong: Wrong) =>
    wrong === 'unreachable' ? problem.unreachable : (problem.texts[wrong] ?? problem.texts['internal-error']);
  if (progress.at === 'over')
    return (
      <ScreenFrame title={stop.over} lead={textOf(progress.wrong)} outcome="stopped">
        <p className="box">
          {stop.ask} <PhoneLink />
        </p>
      </ScreenFrame>
    );
  if (progress.at === 'done')
    return progress.answer === 'STOP' ? (
      <ScreenFrame title={stop.stopped} lead={stop.stoppedLead} outcome="good">
        <p className="box notice">
          {stop.next} <PhoneLink />
        </p>
      </ScreenFrame>
    ) : (
      <ScreenFrame title={stop.mine} lead={stop.mineLead} outcome="good" />
    );
  return (
    <ScreenFrame title={stop.title} lead={stop.lead}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void answer('STOP');
        }}
      >
        <section className="box">
          <label className="check">
            <input
              type="checkbox"
              checked={suspend}
              onChange={({ currentTarget }) => setSuspend(currentTarget.checked)}
            />
            <span>{stop.suspend}</span>
          </label>
          <p className="hint">{stop.suspendMeans}</p>
        </section>
        {progress.at === 'asking' && progress.wrong && (
          <p role="alert" className="wrong box">
            {textOf(progress.wrong)}
          </p>
        )}
        <button className={busy ? 'main busy' : 'main'} aria-disabled={busy}>
          {stop.stop}
        </button>
      </form>
      <button className="second" aria-disabled={busy} onClick={() => void answer('MINE')}>
        {stop.itWasMe}
      </button>
      <p>
        {stop.ask} <PhoneLink />
      </p>
    </ScreenFrame>
  );
}
