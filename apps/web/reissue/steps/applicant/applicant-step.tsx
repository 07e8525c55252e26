import { useState } from 'react';
import { parseMobileNumber, type Carrier } from '#libs/domain';
import { useFlow } from '../../flow/use-flow.js';
import {
  IdentityDocumentInputs,
  emptyDocument,
  fieldsOf,
  isFilled,
  isRrn,
} from '../../components/document-fields.js';
import { Field, SelectField } from '../../components/field.js';
import { Choice, Form } from '../../components/form.js';
import { RrnField } from '../../components/rrn-field.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { useRefused } from '../../components/use-refused.js';
import { useWords } from '../../words/index.js';

type Way = 'mobile' | 'rrn' | 'document';
const ways: readonly Way[] = ['mobile', 'rrn', 'document'];

/** The customer's name, and one identifier: mobile number, resident registration number or document. */
export function ApplicantStep() {
  const { applicant: words } = useWords();
  const { start } = useFlow();
  const refused = useRefused();
  const [way, setWay] = useState<Way>('mobile');
  const [name, setName] = useState('');
  const [mobile, setMobile] = useState('');
  const [carrier, setCarrier] = useState<Carrier>();
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
    if (way === 'rrn') return start({ ...named, rrn: rrn.replace('-', '') }, []);
    if (way === 'document') return start({ ...named, document: fieldsOf(document) }, []);
    const by = { mobile: parseMobileNumber(mobile)!, ...(carrier ? { carrier } : {}) };
    return start({ ...named, ...by }, ['PHONE_CODE']);
  };
  return (
    <ScreenFrame title={words.title}>
      <Form button={way === 'mobile' ? words.go : words.goPlain} onSend={send}>
        <Field
          label={words.name}
          hint={words.nameHint}
          autoComplete="name"
          value={name}
          tried={tried}
          fault={name.trim() ? undefined : words.badName}
          error={refused.at('#/applicant/name').length > 0 ? words.badName : undefined}
          onChange={({ target }) => setName(target.value)}
        />
        <Choice<Way>
          legend={words.by}
          options={ways.map((value) => ({ value, name: words.ways[value] }))}
          value={way}
          onChoose={setWay}
        />
        {way === 'mobile' && (
          <>
            <SelectField<Carrier>
              label={words.carrier}
              none={words.noCarrier}
              options={words.carriers}
              value={carrier}
              onChoose={setCarrier}
            />
            <Field
              label={words.mobile}
              type="tel"
              autoComplete="tel"
              value={mobile}
              tried={tried}
              fault={parseMobileNumber(mobile) ? undefined : words.badMobile}
              error={refused.at('#/applicant/mobile').length > 0 ? words.badMobile : undefined}
              onChange={({ target }) => setMobile(target.value)}
            />
          </>
        )}
        {way === 'rrn' && (
          <RrnField
            value={rrn}
            tried={tried}
            fault={isRrn(rrn) ? undefined : words.badRrn}
            error={refused.as('applicant-invalid') ? words.badRrn : undefined}
            onChange={setRrn}
          />
        )}
        {way === 'document' && (
          <IdentityDocumentInputs
            draft={document}
            tried={tried}
            error={refused.as('applicant-invalid') ? words.badDocument : undefined}
            onChange={setDocument}
          />
        )}
      </Form>
    </ScreenFrame>
  );
}
