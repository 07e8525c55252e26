import { useEffect, useRef } from 'react';
import { useFlow } from '../../flow/use-flow.js';
import { toCustomerKey, vidRandomOf } from '../../key/own-key.js';
import { FailureMessage } from '../../components/form.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { SlowNotice } from '../../components/slow-notice.js';
import { Spinner } from '../../components/spinner.js';
import { useWords } from '../../words/index.js';

/** Sends the certificate request at once. The customer only waits. */
export function IssueStep() {
  const { issue } = useWords();
  const { open, attempt, kept, failure, busy } = useFlow();
  const sent = useRef(false);
  const send = () =>
    attempt(async () => {
      const { key } = kept!;
      return open!.requestCertificate({ key: await toCustomerKey(key), vidRandom: await vidRandomOf(key) });
    });
  useEffect(() => {
    if (sent.current) return;
    sent.current = true;
    void send();
  });
  return (
    <ScreenFrame title={issue.title} lead={issue.lead}>
      {failure && !busy ? (
        <>
          <FailureMessage />
          <button className="main" onClick={() => void send()}>
            {issue.again}
          </button>
        </>
      ) : (
        <>
          <Spinner label={issue.title} />
          <SlowNotice part="ISSUANCE" />
        </>
      )}
    </ScreenFrame>
  );
}
