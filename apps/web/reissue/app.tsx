import { useEffect, useRef, useState, type ReactNode } from 'react';
import { firstScreens, screenOf, type FirstScreen, type Screen } from './flow/screen.js';
import { findMissingFeature } from './flow/missing-feature.js';
import { FlowContext, useFlow, useOpenedFlow } from './flow/use-flow.js';
import { Deadline } from './components/deadline.js';
import { ReceiptNumber } from './components/receipt-number.js';
import { Cancel } from './shell/cancel.js';
import { Shell } from './shell/shell.js';
import { StepBar } from './shell/step-bar.js';
import { ApplicantStep } from './steps/applicant/applicant-step.js';
import {
  CoolingOffScreen,
  EndedScreen,
  GoodbyeScreen,
  KeyLostScreen,
  WaitingScreen,
  WithOperatorScreen,
} from './steps/status/status-screens.js';
import { CheckStep } from './steps/check/check-step.js';
import { ConsentStep } from './steps/consent/consent-step.js';
import { DoneStep } from './steps/done/done-step.js';
import { IdentityStep } from './steps/identity/identity-step.js';
import { IssueStep } from './steps/issue/issue-step.js';
import { PasswordStep } from './steps/password/password-step.js';
import { ResetStep } from './steps/password/reset-step.js';
import { Prepare } from './steps/prepare/prepare.js';
import { ReceiveStep } from './steps/receive/receive-step.js';
import { ReasonStep } from './steps/reason/reason-step.js';
import { SaveStep } from './steps/save/save-step.js';
import { TermsStep } from './steps/terms/terms-step.js';
import { UnsupportedBrowser } from './steps/unfit/unfit.js';
import { stopLinkOf } from './stop/stop-link.js';
import { StopPage } from './stop/stop-page.js';
import type { MissingFeature } from './words/cases.js';
import { useWords } from './words/index.js';

export function App() {
  const [lack, setLack] = useState<MissingFeature | 'NOTHING'>();
  useEffect(() => {
    void findMissingFeature().then((found) => setLack(found ?? 'NOTHING'));
  }, []);
  const [stopLink] = useState(() => stopLinkOf(location.hash));
  useEffect(() => {
    // The browser's history keeps no token.
    if (stopLink) history.replaceState(null, '', location.pathname);
  }, [stopLink]);
  if (stopLink)
    return (
      <Shell>
        <main>
          <StopPage link={stopLink} />
        </main>
      </Shell>
    );
  return (
    <Shell>
      {lack === undefined ? (
        <LoadingScreen />
      ) : lack === 'NOTHING' ? (
        <OpenedPage />
      ) : (
        <main>
          <UnsupportedBrowser lack={lack} />
        </main>
      )}
    </Shell>
  );
}

function LoadingScreen() {
  const { loading } = useWords();
  return (
    <main>
      <p role="status">{loading}</p>
    </main>
  );
}

/** The page in a browser that has all features. */
function OpenedPage() {
  const flow = useOpenedFlow();
  if (!flow) return <LoadingScreen />;
  return (
    <FlowContext value={flow}>
      <StepScreens />
    </FlowContext>
  );
}

function StepScreens() {
  const flow = useFlow();
  const { noWayBack, offline, keepOpen } = useWords();
  const { scanned, forgetScanned } = useScannedNumber();
  const { first, go } = useFirstScreen();
  const screen = scanned !== undefined ? 'receive' : flow.reissue ? screenOf(flow.reissue, flow.kept) : first;
  const stuck = useNoWayBack(flow.reissue !== undefined);
  const lostByLeaving = !flow.resumable && flow.reissue !== undefined && !flow.over;
  useAskBeforeLeaving(lostByLeaving && screen !== 'ended');
  if (flow.over)
    return (
      <main>
        <ReceiptNumber />
        <GoodbyeScreen />
      </main>
    );
  return (
    <>
      <StepBar screen={screen} />
      <main>
        <ReceiptNumber />
        {!flow.reached && (
          <p role="alert" className="box notice">
            {offline}
          </p>
        )}
        {lostByLeaving && !noCancel.includes(screen) && (
          <p role="status" className="box notice">
            {keepOpen}
          </p>
        )}
        {stuck && !noCancel.includes(screen) && (
          <p role="alert" className="box notice">
            {noWayBack}
          </p>
        )}
        {screen === 'receive' ? (
          <ReceiveStep
            key={scanned}
            scanned={scanned}
            onLeave={() => {
              forgetScanned();
              go('prepare');
            }}
          />
        ) : (
          screenElement(screen, go)
        )}
        {screen !== 'identity' && <Deadline />}
        {!noCancel.includes(screen) && <Cancel />}
      </main>
    </>
  );
}

function screenElement(screen: Exclude<Screen, 'receive'>, go: (screen: FirstScreen) => void): ReactNode {
  switch (screen) {
    case 'prepare':
      return <Prepare onNext={() => go('reason')} onReceive={() => go('receive')} />;
    case 'reason':
      return <ReasonStep onNext={() => go('consent')} />;
    case 'consent':
      return <ConsentStep onNext={() => go('applicant')} />;
    case 'applicant':
      return <ApplicantStep />;
    case 'identity':
      return <IdentityStep />;
    case 'password':
      return <PasswordStep />;
    case 'reset':
      return <ResetStep />;
    case 'terms':
      return <TermsStep />;
    case 'issue':
      return <IssueStep />;
    case 'keyLost':
      return <KeyLostScreen />;
    case 'save':
      return <SaveStep />;
    case 'check':
      return <CheckStep />;
    case 'done':
      return <DoneStep />;
    case 'waiting':
      return <WaitingScreen />;
    case 'coolingOff':
      return <CoolingOffScreen />;
    case 'operator':
      return <WithOperatorScreen />;
    case 'ended':
      return <EndedScreen />;
  }
}

const scannedPrefix = '#receive=';

/** The number of a QR code that opened the page. It is removed from the address, which the browser keeps. */
function useScannedNumber() {
  const [scanned, setScanned] = useState(() =>
    location.hash.startsWith(scannedPrefix) ? location.hash.slice(scannedPrefix.length) : undefined,
  );
  useEffect(() => {
    const read = () => {
      if (!location.hash.startsWith(scannedPrefix)) return;
      setScanned(location.hash.slice(scannedPrefix.length));
      history.replaceState(history.state, '', location.pathname);
    };
    read();
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return { scanned, forgetScanned: () => setScanned(undefined) };
}

/** Screens before the start are entries of the browser's history. Their input is not kept: a reload starts again. */
function useFirstScreen() {
  const { draft } = useFlow();
  const [first, setFirst] = useState<FirstScreen>('prepare');
  useEffect(() => {
    // The reason of a link is filled in. The address keeps nothing.
    history.replaceState('prepare', '', location.pathname);
    const back = ({ state }: PopStateEvent) => {
      const screen = firstScreens.find((name) => name === state);
      if (screen) setFirst(screen);
    };
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, []);
  const go = (screen: FirstScreen) => {
    history.pushState(screen, '');
    setFirst(screen);
  };
  const known = first === 'applicant' ? draft.consents : first === 'consent' ? draft.reason : true;
  return { first: known ? first : ('prepare' as const), go };
}

/** After the start, the back button opens no earlier screen; the page shows a notice instead. */
function useNoWayBack(started: boolean): boolean {
  const [stuck, setStuck] = useState(false);
  const armed = useRef(false);
  useEffect(() => {
    if (!started) return;
    if (!armed.current) history.pushState('started', '');
    armed.current = true;
    let hide: ReturnType<typeof setTimeout> | undefined;
    const back = () => {
      history.pushState('started', '');
      setStuck(true);
      clearTimeout(hide);
      hide = setTimeout(() => setStuck(false), 12_000);
    };
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, [started]);
  return stuck;
}

/** If the browser keeps nothing, a reload would lose the reissue: the browser asks before it leaves the page. */
function useAskBeforeLeaving(active: boolean): void {
  useEffect(() => {
    if (!active) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [active]);
}

/** Screens without a reissue to cancel, or with a button of their own. */
const noCancel: readonly Screen[] = [...firstScreens, 'keyLost', 'done', 'ended'];
