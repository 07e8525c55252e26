import { CertificateKey } from '#libs/client';
import { oldCertificateCaseOf } from '../../flow/old-certificate.js';
import { useFlow } from '../../flow/use-flow.js';
import { useIssued } from '../../key/use-issued.js';
import { SavedCopyForm } from '../../components/saved-copy-form.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { useWords } from '../../words/index.js';

/** Signs with the copy that the customer kept: proof that the new certificate is theirs to use from now on. */
export function CheckStep() {
  const { check } = useWords();
  const { open, attempt, changeKept, kept, savedFile, reissue, setSavedFile } = useFlow();
  const issued = useIssued();
  const lead = kept?.inBrowser ? check.leadHere : savedFile ? check.leadBack : check.lead;
  const prove = async (key: CryptoKey) => {
    // Said before it is sent: what is lost on the way is the answer, not the copy.
    await changeKept({ proved: true });
    await attempt(async () => open!.proveRegistration(await CertificateKey.of(key, kept!.key.publicKey)));
  };
  return (
    <ScreenFrame title={check.title} lead={`${lead} ${check.old[oldCertificateCaseOf(reissue)]}`}>
      <SavedCopyForm issued={issued} onProved={prove} />
      <button
        className="plain"
        onClick={() => {
          setSavedFile(undefined);
          void changeKept({ saved: false, inBrowser: false });
        }}
      >
        {check.again}
      </button>
      {!kept?.inBrowser && !savedFile && <p className="hint">{check.noFile}</p>}
    </ScreenFrame>
  );
}
