import { z } from 'zod';

/** How a setting's value is written, and how much of it may be shown. */
export interface SettingForm {
  /** Unit or notation of the value, e.g. `ms`. */
  readonly unit?: string;
  /** The value is confidential, and should be given by file. */
  readonly secret?: boolean;
  /** No part of the value is ever shown, e.g. a passphrase. */
  readonly opaque?: boolean;
}

const forms = z.registry<SettingForm>();

/** A copy of a schema to which `form` is added. Copies made by `.describe()` and `.refine()` keep the form. */
export function withForm<T extends z.ZodType>(schema: T, form: SettingForm): T {
  const copy = schema.clone();
  forms.add(copy, { ...forms.get(schema), ...form });
  return copy;
}

/** Marks a setting as confidential. The configuration table then recommends to give it by file. */
export const secret = <T extends z.ZodType>(schema: T): T => withForm(schema, { secret: true });

/** The form of a setting. Inner schemas supply the members that the outer schema does not set. */
export function formOf(schema: z.ZodType): SettingForm {
  const inner = innerSchema(schema);
  return { ...(inner ? formOf(inner) : {}), ...forms.get(schema) };
}

/** The schema inside an optional, defaulted or transformed one: it reads the given value. */
export function innerSchema(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodPipe) return schema.in as z.ZodType;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return schema.unwrap() as z.ZodType;
  return undefined;
}
