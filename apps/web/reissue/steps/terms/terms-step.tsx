import { useFlow } from '../../flow/use-flow.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { TermsForm } from '../../components/terms-form.js';
import { useWords } from '../../words/index.js';

export function TermsStep() {
  const { terms, consent } = useWords();
  const { open, attempt } = useFlow();
  return (
    <ScreenFrame title={terms.title} lead={terms.lead}>
      <TermsForm
        stage="issuance"
        button={consent.agree}
        onAgree={(consents) => attempt(() => open!.giveConsents(consents))}
      />
    </ScreenFrame>
  );
}
