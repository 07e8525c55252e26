import { CertificateKey } from '#libs/client';
import { oldCertificateCaseOf } from '../../flow/old-certificate.js';
import { useFlow } from '../../flow/use-flow.js';
import { useIssued } from '../../key/use-issued.js';
import { SavedCopyForm } from '../../components/saved-copy-form.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { useWords } from '../../words/index.js';

/** Signs with the saved copy. The signature proves to the bank that the customer can use the new certificate. */
export function CheckStep() {
  const { check } = useWords();
  const { open, attempt, changeKept, kept, savedFile, reissue, setSavedFile } = useFlow();
  const issued = useIssued();
  const lead = kept?.inBrowser ? check.leadHere : savedFile ? check.leadBack : check.lead;
  const prove = async (key: CryptoKey) => {
    // Kept before the call: if the answer is lost, the copy is proved all the same.
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
