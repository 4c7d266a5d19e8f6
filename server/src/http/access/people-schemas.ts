import { z } from 'zod';
import type { Role } from '../../domain/access/access.ts';
import { accountEmail, passwordMistake } from '../../domain/access/credentials.ts';
import type { Person } from '../../domain/access/people.ts';

/** An address to log in with, in lower case. */
export const email = z.string().transform((text, context) => {
  const found = accountEmail(text);
  if (found === null) context.addIssue({ code: 'custom', message: 'must be an e-mail address' });
  return found ?? '';
});

/** A person's name as others see it. */
export const personName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100)
  .regex(/^\P{Cc}+$/u, 'must not have control characters');

/** A password that somebody chooses. */
export const newPassword = z.string().check(({ value, issues }) => {
  const mistake = passwordMistake(value);
  if (mistake !== null) issues.push({ code: 'custom', message: mistake, input: '' });
});

export const role = z.enum(['viewer', 'editor', 'admin']) satisfies z.ZodType<Role>;

export const person = z.strictObject({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  disabled: z.boolean(),
  createdAt: z.number(),
}) satisfies z.ZodType<Person>;
