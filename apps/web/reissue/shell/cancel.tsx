import { useRef } from 'react';
import { oldCertificateCaseOf } from '../flow/old-certificate.js';
import { useFlow } from '../flow/use-flow.js';
import { useWords } from '../words/index.js';

/** A button that cancels the reissue, after a question that says what follows. */
export function Cancel({ className = 'plain' }: { className?: 'plain' | 'main' }) {
  const { open, attempt, reissue, refresh } = useFlow();
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button
        className={className}
        onClick={() => {
          // The dialog states the present status of the old certificate.
          void refresh();
          dialog.current?.showModal();
        }}
      >
        {words.cancel}
      </button>
      <dialog ref={dialog} aria-label={words.cancel}>
        <p className="lead">{words.cancelAsk(reissue?.state === 'ISSUED', oldCertificateCaseOf(reissue))}</p>
        <button className="main" onClick={() => dialog.current?.close()}>
          {words.cancelNo}
        </button>
        <button
          className="second"
          onClick={() => {
            dialog.current?.close();
            void attempt(() => open!.cancel());
          }}
        >
          {words.cancelYes}
        </button>
      </dialog>
    </>
  );
}
