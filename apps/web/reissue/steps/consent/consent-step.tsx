import { useFlow } from '../../flow/use-flow.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { TermsForm } from '../../components/terms-form.js';
import { useWords } from '../../words/index.js';

/** The consents that the law requires before personal data is used. */
export function ConsentStep({ onNext }: { onNext: () => void }) {
  const { consent } = useWords();
  const { addToDraft } = useFlow();
  return (
    <ScreenFrame title={consent.title} lead={consent.lead}>
      <TermsForm
        stage="identity"
        button={consent.agree}
        onAgree={(consents) => {
          addToDraft({ consents });
          onNext();
        }}
      />
    </ScreenFrame>
  );
}
