import type { Reissue } from '#libs/client';
import { Spinner } from '../../components/spinner.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { SlowNotice } from '../../components/slow-notice.js';
import { timeInWords } from '../../components/time.js';
import { useFlow } from '../../flow/use-flow.js';
import { Cancel } from '../../shell/cancel.js';
import { PhoneLink } from '../../shell/phone-link.js';
import type { SlowPart } from '../../words/cases.js';
import { useLanguage, useWords } from '../../words/index.js';

/** What a reissue in this state waits for. */
const partOf: Readonly<Partial<Record<Reissue['state'], SlowPart>>> = {
  IDENTITY_REQUIRED: 'IDENTITY',
  ISSUING: 'ISSUANCE',
};

export function WaitingScreen() {
  const { waiting } = useWords();
  const { reissue } = useFlow();
  return (
    <ScreenFrame title={waiting.title} lead={waiting.lead}>
      <Spinner label={waiting.title} />
      <SlowNotice part={(reissue && partOf[reissue.state]) ?? 'BANK'} />
    </ScreenFrame>
  );
}

/** The reissue waits for the customer's protection, and continues by itself. */
/** What happens next to a customer who waits. */
function NextSteps({
  words,
}: {
  words: { readonly next: string; readonly steps: readonly string[]; readonly close: string };
}) {
  const { resumable } = useFlow();
  return (
    <section className="box">
      <h2>{words.next}</h2>
      <ol>
        {words.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {resumable && <p>{words.close}</p>}
    </section>
  );
}

export function CoolingOffScreen() {
  const { coolingOff } = useWords();
  const language = useLanguage();
  const { reissue } = useFlow();
  const until = reissue?.coolingOff?.until;
  if (!until) return null;
  return (
    <ScreenFrame
      title={coolingOff.title}
      lead={coolingOff.lead(timeInWords(until, language))}
      outcome="paused"
    >
      <NextSteps words={coolingOff} />
      <p className="box notice">
        {coolingOff.notYou} <PhoneLink />
      </p>
    </ScreenFrame>
  );
}

export function WithOperatorScreen() {
  const { operator } = useWords();
  return (
    <ScreenFrame title={operator.title} lead={operator.lead} outcome="paused">
      <NextSteps words={operator} />
      <p>
        {operator.urgent} <PhoneLink />
      </p>
    </ScreenFrame>
  );
}

type EndCode = NonNullable<Reissue['ended']>['code'];
/** Ends after which another reissue of the customer continues, perhaps one that another person started. */
const otherContinues: readonly EndCode[] = ['SUPERSEDED', 'ANOTHER_REISSUE_REGISTERED'];
/** Ends that a new start does not change: the customer goes to a branch first. */
const branchFirst: readonly EndCode[] = [
  'IDENTITY_LOCKED',
  'IDENTITY_MISMATCH',
  'RRN_NOT_ON_FILE',
  'REISSUES_BLOCKED',
  'RISK_REFUSED',
  'STOPPED_BY_CUSTOMER',
];

/** Why the reissue ended, and what the customer does next. */
export function EndedScreen() {
  const { ended } = useWords();
  const language = useLanguage();
  const { reissue, restart } = useFlow();
  const end = reissue?.ended;
  if (!end) return null;
  const elsewhere = otherContinues.includes(end.code);
  const callFirst = elsewhere || branchFirst.includes(end.code);
  return (
    <ScreenFrame title={ended.titles[end.code]} lead={end.text[language]} outcome="stopped">
      <p className={callFirst ? 'box notice' : 'box'}>
        {elsewhere ? ended.notYou : ended.ask} <PhoneLink />
      </p>
      <button className={callFirst ? 'second' : 'main'} onClick={() => void restart()}>
        {ended.again}
      </button>
      {end.code === 'SUPERSEDED' && <p className="hint">{ended.replaces}</p>}
    </ScreenFrame>
  );
}

/** Without the key, the reissue continues only where the key is. Here it can only be cancelled. */
export function KeyLostScreen() {
  const { issue } = useWords();
  return (
    <ScreenFrame title={issue.lostTitle} lead={issue.lost} outcome="stopped">
      <Cancel className="main" />
    </ScreenFrame>
  );
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
