import type {
  applicationRequestSchema,
  certificateRequestSchema,
  challengesRequestSchema,
  consentsRequestSchema,
  passwordRequestSchema,
  passwordResetRequestSchema,
  registrationRequestSchema,
  startRequestSchema,
  verificationsRequestSchema,
} from '#libs/contracts';
import type {
  AnswerChallenges,
  Applicant,
  Apply,
  Cancel,
  GiveConsents,
  Particulars,
  ProveRegistration,
  RequestCertificate,
  RequestChallenges,
  ResetPassword,
  StartReissue,
  SubmitPassword,
} from '#libs/domain';
import type { z } from 'zod';
import type { StepDraft } from './step-draft.js';

type Body<Schema extends z.ZodType> = z.output<Schema>;

/** The field that names an applicant's particulars in the vault. */
export const particularsField = 'applicant';

/** The message that starts a reissue. It refers to what the applicant sent by vault handles. */
export function startMessage(
  draft: StepDraft,
  apiKeyName: string,
  { reason, applicant, keyThumbprint, consents, methods = [] }: Body<typeof startRequestSchema>,
): StartReissue {
  return {
    ...draft.call,
    kind: 'start',
    reissueId: draft.reissueId,
    apiKeyName,
    reason,
    applicant: applicantOf(draft, applicant),
    keyThumbprint,
    consents,
    methods,
  };
}

function applicantOf(draft: StepDraft, applicant: Body<typeof startRequestSchema>['applicant']): Applicant {
  const particulars = draft.handleOf(particularsField);
  if ('rrn' in applicant) return { particulars, rrn: draft.seal('applicant/rrn', 'rrn', applicant.rrn) };
  if ('document' in applicant)
    return { particulars, document: draft.seal('applicant/document', 'document', applicant.document) };
  return { particulars };
}

/** What the applicant sent in clear. */
export function particularsOf({ applicant }: Body<typeof startRequestSchema>): Particulars {
  if (!('mobile' in applicant)) return { name: applicant.name };
  const { name, mobile, carrier } = applicant;
  return { name, mobile, ...(carrier ? { carrier } : {}) };
}

const requestChallenges = (
  { call }: StepDraft,
  { methods }: Body<typeof challengesRequestSchema>,
): RequestChallenges => ({ ...call, kind: 'requestChallenges', methods });

const answerChallenges = (
  draft: StepDraft,
  { answers }: Body<typeof verificationsRequestSchema>,
): AnswerChallenges => ({
  ...draft.call,
  kind: 'answerChallenges',
  answers: answers.map(({ challengeId, answer }, index) => ({
    challengeId,
    answer: draft.seal(`answers/${index}/answer`, 'identity', answer, { challengeId }),
  })),
});

const submitPassword = (
  draft: StepDraft,
  { password }: Body<typeof passwordRequestSchema>,
): SubmitPassword => ({
  ...draft.call,
  kind: 'submitPassword',
  password: draft.seal('password', 'password', password),
});

const resetPassword = (
  draft: StepDraft,
  { newPassword }: Body<typeof passwordResetRequestSchema>,
): ResetPassword => ({
  ...draft.call,
  kind: 'resetPassword',
  newPassword: draft.seal('newPassword', 'password', newPassword),
});

const giveConsents = (
  { call }: StepDraft,
  { consents }: Body<typeof consentsRequestSchema>,
): GiveConsents => ({ ...call, kind: 'giveConsents', consents });

const requestCertificate = (
  draft: StepDraft,
  { csr, vidRandom }: Body<typeof certificateRequestSchema>,
): RequestCertificate => ({
  ...draft.call,
  kind: 'requestCertificate',
  csr,
  vidRandom: draft.seal('vidRandom', 'vid-random', vidRandom),
});

const apply = (
  draft: StepDraft,
  { password, newPassword, consents, csr, vidRandom }: Body<typeof applicationRequestSchema>,
): Apply => ({
  ...draft.call,
  kind: 'apply',
  parts: [
    ...(password ? [submitPassword(draft.part('submitPassword'), { password })] : []),
    ...(newPassword ? [resetPassword(draft.part('resetPassword'), { newPassword })] : []),
    ...(consents ? [giveConsents(draft.part('giveConsents'), { consents })] : []),
    ...(csr && vidRandom ? [requestCertificate(draft.part('requestCertificate'), { csr, vidRandom })] : []),
  ],
});

const proveRegistration = (
  { call }: StepDraft,
  { challengeId, signature }: Body<typeof registrationRequestSchema>,
): ProveRegistration => ({ ...call, kind: 'proveRegistration', challengeId, signature });

const cancel = ({ call }: StepDraft, _body: object): Cancel => ({ ...call, kind: 'cancel' });

/** Builds the message of each step from the body of its request. */
export const stepMessages = {
  requestChallenges,
  answerChallenges,
  submitPassword,
  resetPassword,
  giveConsents,
  requestCertificate,
  apply,
  proveRegistration,
  cancel,
};
