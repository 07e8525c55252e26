import { useState } from 'react';
import { parseMobileNumber, normaliseResidentNumber } from '#libs/domain';
import { useFlow } from '../../flow/use-flow.js';
import {
  IdentityDocumentInputs,
  emptyDocument,
  fieldsOf,
  isFilled,
  isRrn,
  RrnField,
} from '../../components/document-fields.js';
import { Choice, Field, Form } from '../../components/form.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { useWords } from '../../words/index.js';

type Way = 'mobile' | 'rrn' | 'document';
const ways: readonly Way[] = ['mobile', 'rrn', 'document'];

/** The customer's name, and one identifier: mobile number, resident registration number or document. */
export function ApplicantStep() {
  const { applicant: words, required } = useWords();
  const { start } = useFlow();
  const [way, setWay] = useState<Way>('mobile');
  const [name, setName] = useState('');
  const [mobile, setMobile] = useState('');
  const [rrn, setRrn] = useState('');
  const [document, setDocument] = useState(emptyDocument);
  const [tried, setTried] = useState(false);

  const ready =
    { mobile: parseMobileNumber(mobile), rrn: isRrn(rrn), document: isFilled(document) }[way] &&
    name.trim() !== '';
  const send = () => {
    setTried(true);
    if (!ready) return undefined;
    const named = { name: name.trim() };
    if (way === 'mobile') return start({ ...named, mobile: parseMobileNumber(mobile)! }, ['PHONE_CODE']);
    if (way === 'rrn') return start({ ...named, rrn: normaliseResidentNumber(rrn)! }, []);
    return start({ ...named, document: fieldsOf(document) }, []);
  };
  return (
    <ScreenFrame title={words.title}>
      <Form button={way === 'mobile' ? words.go : words.goPlain} onSend={send}>
        <Field
          label={words.name}
          hint={words.nameHint}
          autoComplete="name"
          value={name}
          error={tried && !name.trim() ? required : undefined}
          onChange={({ target }) => setName(target.value)}
        />
        <Choice<Way>
          legend={words.by}
          options={ways.map((value) => ({ value, name: words.ways[value] }))}
          value={way}
          onChoose={setWay}
        />
        {way === 'mobile' && (
          <Field
            label={words.mobile}
            type="tel"
            autoComplete="tel"
            value={mobile}
            error={tried && !parseMobileNumber(mobile) ? words.badMobile : undefined}
            onChange={({ target }) => setMobile(target.value)}
          />
        )}
        {way === 'rrn' && <RrnField value={rrn} tried={tried} onChange={setRrn} />}
        {way === 'document' && (
          <IdentityDocumentInputs draft={document} tried={tried} onChange={setDocument} />
        )}
      </Form>
    </ScreenFrame>
  );
}
