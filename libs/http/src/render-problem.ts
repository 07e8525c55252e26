import Negotiator from 'negotiator';
import type { InputFault, ProblemError, ProblemText } from './problem-error.js';

export const problemMediaType = 'application/problem+json';
export const defaultProblemTypeBase = 'urn:reseal:problem:';

export type ProblemLanguage = 'en' | 'ko';
/** In order of preference, the default first. */
const languages: readonly ProblemLanguage[] = ['en', 'ko'];

/** An RFC 9457 problem document. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail?: string;
  instance?: string;
  traceId: string;
  errors?: { pointer?: string; parameter?: string; in?: string; code?: string; message: string }[];
  [extension: string]: unknown;
}

/** The client's preferred language (RFC 9110 section 12.5.4): Korean if it prefers Korean, otherwise English. */
export function preferredLanguage(acceptLanguage?: string): ProblemLanguage {
  const negotiator = new Negotiator({ headers: { 'accept-language': acceptLanguage } });
  return negotiator.language(languages) === 'ko' ? 'ko' : 'en';
}

function localize(text: ProblemText, language: ProblemLanguage): string {
  return typeof text === 'string' ? text : text[language];
}

/** The problem document of `error`. Extensions cannot replace the members that RFC 9457 defines. */
export function renderProblem(
  error: ProblemError,
  context: { language: ProblemLanguage; traceId: string; instance?: string; typeBase?: string },
): ProblemDocument {
  const { language, traceId, instance, typeBase = defaultProblemTypeBase } = context;
  return {
    ...error.extensions,
    type: `${typeBase}${error.type}`,
    title: localize(error.title, language),
    status: error.status,
    ...(error.detail === undefined ? {} : { detail: localize(error.detail, language) }),
    ...(instance === undefined ? {} : { instance }),
    traceId,
    ...(error.errors === undefined
      ? {}
      : { errors: error.errors.map((fault) => renderFault(fault, language)) }),
  };
}

const renderFault = ({ message, ...where }: InputFault, language: ProblemLanguage) => ({
  ...where,
  message: localize(message, language),
});
