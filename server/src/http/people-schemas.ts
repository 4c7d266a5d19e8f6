import { z } from 'zod';
import type { Role } from '../domain/access.ts';
import type { Person } from '../domain/people.ts';
import { isCommon } from './common-passwords.ts';

/** An address to log in with, in lower case. */
export const email = z
  .string()
  .max(254)
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.string().regex(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address'));

/** A person's name as others see it. */
export const personName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100)
  .regex(/^\P{Cc}+$/u, 'must not have control characters');

/** A password that somebody chooses. */
export const newPassword = z
  .string()
  .min(12, 'must have at least 12 characters')
  .max(128, 'must have at most 128 characters')
  .refine((password) => !isCommon(password), 'is one of those that are tried first; choose another');

export const role = z.enum(['viewer', 'editor', 'admin']) satisfies z.ZodType<Role>;

export const person = z.strictObject({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  disabled: z.boolean(),
  createdAt: z.number(),
}) satisfies z.ZodType<Person>;
