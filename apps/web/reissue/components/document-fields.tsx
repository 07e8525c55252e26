import { normaliseResidentNumber } from '#libs/domain';
import type { IdentityDocumentFields as DocumentFieldsToSeal } from '#libs/client';
import { useWords } from '../words/index.js';
import { Choice, Field } from './form.js';

interface DocumentDraft {
  readonly type: 'RESIDENT_CARD' | 'DRIVING_LICENCE';
  readonly rrn: string;
  readonly issuedOn: string;
  readonly licenceNumber: string;
}

export const emptyDocument: DocumentDraft = {
  type: 'RESIDENT_CARD',
  rrn: '',
  issuedOn: '',
  licenceNumber: '',
};

export const isRrn = (rrn: string): boolean => normaliseResidentNumber(rrn) !== undefined;
export const isFilled = (draft: DocumentDraft): boolean =>
  isRrn(draft.rrn) &&
  draft.issuedOn !== '' &&
  (draft.type === 'RESIDENT_CARD' || draft.licenceNumber.trim() !== '');

/** The typed values in the form that the gateway takes. */
export const fieldsOf = ({ type, rrn, issuedOn, licenceNumber }: DocumentDraft): DocumentFieldsToSeal => ({
  type,
  rrn: normaliseResidentNumber(rrn) ?? rrn,
  issuedOn,
  ...(type === 'DRIVING_LICENCE' ? { licenceNumber: licenceNumber.trim() } : {}),
});

/** The inputs for the data of an identity document. @param tried whether errors are shown */
export function IdentityDocumentInputs({
  draft,
  tried,
  onChange,
}: {
  draft: DocumentDraft;
  tried: boolean;
  onChange: (draft: DocumentDraft) => void;
}) {
  const { applicant, required } = useWords();
  return (
    <>
      <Choice
        legend={applicant.document}
        options={(['RESIDENT_CARD', 'DRIVING_LICENCE'] as const).map((value) => ({
          value,
          name: applicant.documents[value],
        }))}
        value={draft.type}
        onChoose={(type) => onChange({ ...draft, type })}
      />
      <RrnField value={draft.rrn} tried={tried} onChange={(rrn) => onChange({ ...draft, rrn })} />
      <Field
        label={applicant.issuedOn}
        type="date"
        value={draft.issuedOn}
        error={tried && !draft.issuedOn ? applicant.badDate : undefined}
        onChange={({ target }) => onChange({ ...draft, issuedOn: target.value })}
      />
      {draft.type === 'DRIVING_LICENCE' && (
        <Field
          label={applicant.licence}
          value={draft.licenceNumber}
          autoComplete="off"
          error={tried && !draft.licenceNumber.trim() ? required : undefined}
          onChange={({ target }) => onChange({ ...draft, licenceNumber: target.value })}
        />
      )}
    </>
  );
}

export function RrnField({
  value,
  tried,
  onChange,
}: {
  value: string;
  tried: boolean;
  onChange: (rrn: string) => void;
}) {
  const { applicant } = useWords();
  return (
    <Field
      label={applicant.rrn}
      hint={applicant.sealed}
      inputMode="numeric"
      autoComplete="off"
      value={value}
      error={tried && !isRrn(value) ? applicant.badRrn : undefined}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
