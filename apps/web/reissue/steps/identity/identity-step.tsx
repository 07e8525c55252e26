import { useEffect, useState } from 'react';
import type { Challenge, Method } from '#libs/client';
import { useFlow } from '../../flow/use-flow.js';
import { Deadline } from '../../components/deadline.js';
import { FailureMessage } from '../../components/form.js';
import { Icon, type IconName } from '../../components/icon.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { Spinner } from '../../components/spinner.js';
import { SlowNotice } from '../../components/slow-notice.js';
import { useLanguage, useWords } from '../../words/index.js';
import { CodeForm } from './code-form.js';
import { DocumentForm } from './document-form.js';
import { OldCertificateForm } from './old-certificate-form.js';

const icons: Readonly<Record<Method, IconName>> = {
  PHONE_CODE: 'phone',
  ONE_WON: 'account',
  ID_DOCUMENT: 'document',
  OLD_CERTIFICATE: 'certificate',
};

/** The customer selects one of the methods that the gateway offers, and answers its challenge. */
export function IdentityStep() {
  const { identity, busy: working } = useWords();
  const { client, reissue, challenges, requestChallenge, busy, clearFailure } = useFlow();
  const offered = reissue?.next.methods ?? [];
  const first = challenges.find(({ method }) => offered.includes(method));
  const [chosen, setChosen] = useState<Method | undefined>(first?.method);
  const [verified, setVerified] = useState<Method>();
  const [locked, setLocked] = useState<Method>();
  const current = challenges.find(({ method }) => method === chosen);

  const choose = async (method: Method) => {
    setChosen(method);
    const there = challenges.find((one) => one.method === method);
    const valid = there && (there.sending || Date.parse(there.expiresAt) > client.now());
    if (!valid) await requestChallenge(method);
  };
  const again = () => {
    clearFailure();
    setChosen(undefined);
  };
  if (chosen && current && offered.includes(chosen))
    return (
      <ChallengeScreen
        key={chosen}
        challenge={current}
        others={offered.length > 1}
        onAccepted={() => {
          setVerified(chosen);
          setChosen(undefined);
        }}
        onLocked={() => setLocked(chosen)}
        onOther={again}
      />
    );
  const lead = verified ? identity.another[verified] : identity.choose;
  return (
    <ScreenFrame title={identity.title} lead={reissue?.next.additional ? identity.additional : lead}>
      {locked && !offered.includes(locked) && (
        <p role="alert" className="wrong box">
          {identity.LOCKED}
        </p>
      )}
      <FailureMessage />
      <div className="ways">
        {offered.map((method) => (
          <button
            key={method}
            className="way"
            aria-disabled={busy}
            onClick={() => busy || void choose(method)}
          >
            <Icon name={icons[method]} />
            <span>
              <strong>{identity.names[method]}</strong>
              <small>{identity.what[method]}</small>
            </span>
          </button>
        ))}
      </div>
      <p role="status" className={busy ? 'box busy' : 'unseen'}>
        {busy ? working : ''}
      </p>
      {busy && <SlowNotice part="IDENTITY" />}
      <Deadline />
    </ScreenFrame>
  );
}

export interface AnswerProps {
  readonly challenge: Challenge;
  /** Whether other methods are offered. */
  readonly others: boolean;
  onAccepted(): void;
  /** The answer was wrong, and no try is left for this method. */
  onLocked(): void;
}

function ChallengeScreen({ onOther, ...props }: AnswerProps & { readonly onOther: () => void }) {
  const { identity } = useWords();
  const titles: Readonly<Record<Method, string>> = {
    PHONE_CODE: identity.phoneTitle,
    ONE_WON: identity.wonTitle,
    ID_DOCUMENT: identity.documentTitle,
    OLD_CERTIFICATE: identity.oldTitle,
  };
  const language = useLanguage();
  const { method, hint, bank } = props.challenge;
  const account = [bank?.[language], hint].filter(Boolean).join(' ');
  const leads: Readonly<Record<Method, string>> = {
    PHONE_CODE: hint && identity.phoneSent(hint),
    ONE_WON: `${hint && identity.wonSent(account)} ${identity.wonHelp}`,
    ID_DOCUMENT: identity.documentHelp,
    OLD_CERTIFICATE: identity.oldHelp,
  };
  if (props.challenge.sending) return <SendingScreen title={titles[method]} />;
  return (
    <ScreenFrame title={titles[method]} lead={leads[method]}>
      {method === 'ID_DOCUMENT' ? (
        <DocumentForm {...props} />
      ) : method === 'OLD_CERTIFICATE' ? (
        <OldCertificateForm {...props} />
      ) : (
        <CodeForm {...props} />
      )}
      {/* The code form shows how long its code is valid. */}
      {method !== 'PHONE_CODE' && method !== 'ONE_WON' && <Deadline />}
      {props.others && (
        <button className="plain" onClick={onOther}>
          {identity.other}
        </button>
      )}
    </ScreenFrame>
  );
}

/** Between two looks whether the code was sent, which no event says. */
const lookMs = 2_000;

/** The code is still being sent: the provider is slow, or an operator has let a parked reissue continue. */
function SendingScreen({ title }: { readonly title: string }) {
  const { identity } = useWords();
  const { refresh } = useFlow();
  useEffect(() => {
    const timer = setInterval(() => void refresh(), lookMs);
    return () => clearInterval(timer);
  }, [refresh]);
  return (
    <ScreenFrame title={title} lead={identity.sending}>
      <Spinner label={identity.sending} />
      <SlowNotice part="IDENTITY" />
      <Deadline />
    </ScreenFrame>
  );
}
