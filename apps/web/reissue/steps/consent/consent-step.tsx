import { useFlow } from '../../flow/use-flow.js';
import { Page } from '../../parts/screen-frame.js';
import { TermsForm } from '../../parts/terms-form.js';
import { useWords } from '../../words/index.js';

/** Consents that the law wants before personal data is used. */
export function ConsentStep({ onNext }: { onNext: () => void }) {
  const { consent } = useWords();
  const { say } = useFlow();
  return (
    <Page title={consent.title} lead={consent.lead}>
      <TermsForm
        stage="identity"
        button={consent.agree}
        onAgree={(consents) => {
          say({ consents });
          onNext();
        }}
      />
    </Page>
  );
}
