import { useEffect, useRef, useState } from 'react';
import { useFlow } from '../flow/use-flow.js';
import type { KeptCertificate } from '../key/store.js';
import { useWords } from '../words/index.js';
import { SaveWays } from './save-ways.js';

/** The certificates that are kept in this browser, with buttons to save and to delete them. */
export function KeptCertificates() {
  const { store } = useFlow();
  const [found, setFound] = useState<readonly KeptCertificate[]>([]);
  useEffect(() => {
    void store.readCertificates().then(setFound);
  }, [store]);
  return found.map((certificate) => (
    <OneCertificate
      key={certificate.serial}
      certificate={certificate}
      onErase={() =>
        void store
          .eraseCertificate(certificate)
          .then(() => store.readCertificates())
          .then(setFound)
      }
    />
  ));
}

function OneCertificate({ certificate, onErase }: { certificate: KeptCertificate; onErase: () => void }) {
  const { here, save } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <section className="box">
      <h2>{here.title}</h2>
      <p>
        {save.serial} <span className="mono">{certificate.serial}</span>
      </p>
      <SaveWays certificate={certificate} />
      <button className="plain" onClick={() => dialog.current?.showModal()}>
        {here.erase}
      </button>
      <dialog ref={dialog} aria-label={here.erase}>
        <p className="lead">{here.ask}</p>
        <button className="main" onClick={() => dialog.current?.close()}>
          {here.no}
        </button>
        <button className="second" onClick={onErase}>
          {here.yes}
        </button>
      </dialog>
    </section>
  );
}
