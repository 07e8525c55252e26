import { isDate, parseDate, parseLicenceNumber, readResidentNumber } from '#libs/domain';
import type { IdentityDocumentFields as DocumentFieldsToSeal } from '#libs/client';
import { useWords } from '../words/index.js';
import { Field } from './field.js';
import { Choice } from './form.js';
import { RrnField } from './rrn-field.js';

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

export const isRrn = (rrn: string): boolean => readResidentNumber(rrn, new Date()) !== undefined;
const isIssueDate = (text: string): boolean => {
  const day = parseDate(text);
  return day !== undefined && isDate(day) && Date.parse(day) <= Date.now();
};
const isLicence = (text: string): boolean => parseLicenceNumber(text) !== undefined;

export const isFilled = ({ type, rrn, issuedOn, licenceNumber }: DocumentDraft): boolean =>
  isRrn(rrn) && isIssueDate(issuedOn) && (type === 'RESIDENT_CARD' || isLicence(licenceNumber));

/** The typed values in the form that the gateway takes. */
export const fieldsOf = ({ type, rrn, issuedOn, licenceNumber }: DocumentDraft): DocumentFieldsToSeal => ({
  type,
  rrn: rrn.replace('-', ''),
  issuedOn: parseDate(issuedOn) ?? issuedOn,
  ...(type === 'DRIVING_LICENCE'
    ? { licenceNumber: parseLicenceNumber(licenceNumber) ?? licenceNumber }
    : {}),
});

/** The inputs for the data of an identity document. @param tried whether the customer has tried to send the form */
export function IdentityDocumentInputs({
  draft,
  tried,
  error,
  onChange,
}: {
  draft: DocumentDraft;
  tried: boolean;
  /** What the last call found wrong with the document. */
  error?: string | undefined;
  onChange: (draft: DocumentDraft) => void;
}) {
  const { applicant } = useWords();
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
      <RrnField
        value={draft.rrn}
        tried={tried}
        fault={isRrn(draft.rrn) ? undefined : applicant.badRrn}
        error={error}
        onChange={(rrn) => onChange({ ...draft, rrn })}
      />
      <Field
        label={applicant.issuedOn}
        hint={applicant.issuedOnHint}
        inputMode="numeric"
        autoComplete="off"
        value={draft.issuedOn}
        tried={tried}
        fault={isIssueDate(draft.issuedOn) ? undefined : applicant.badDate}
        onChange={({ target }) => onChange({ ...draft, issuedOn: target.value })}
      />
      {draft.type === 'DRIVING_LICENCE' && (
        <Field
          label={applicant.licence}
          hint={applicant.licenceHint}
          value={draft.licenceNumber}
          autoComplete="off"
          tried={tried}
          fault={isLicence(draft.licenceNumber) ? undefined : applicant.badLicence}
          onChange={({ target }) => onChange({ ...draft, licenceNumber: target.value })}
        />
      )}
    </>
  );
}
