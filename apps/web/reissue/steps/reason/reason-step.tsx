import { useState } from 'react';
import type { ReissueReason } from '#libs/client';
import { reasons } from '../../flow/link.js';
import { useFlow } from '../../flow/use-flow.js';
import { Choice, Form } from '../../components/form.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { useWords } from '../../words/index.js';

export function ReasonStep({ onNext }: { onNext: () => void }) {
  const { reason: words, next } = useWords();
  const { draft, addToDraft } = useFlow();
  const [reason, setReason] = useState(draft.reason);
  const [missing, setMissing] = useState(false);
  const go = () => {
    if (!reason) return setMissing(true);
    addToDraft({ reason });
    onNext();
  };
  return (
    <ScreenFrame title={words.title} lead={words.help}>
      <Form button={next} onSend={go}>
        <Choice<ReissueReason>
          legend={words.title}
          quiet
          options={reasons.map((value) => ({ value, name: words.names[value], more: words.then[value] }))}
          value={reason}
          onChoose={setReason}
        />
        {missing && !reason && (
          <p role="alert" className="wrong box">
            {words.missing}
          </p>
        )}
      </Form>
    </ScreenFrame>
  );
}
