import * as z from 'zod';

/** Text of one line, at most so many characters, without blanks around it and without control characters. */
export const oneLine = (max: number) =>
  z
    .string()
    .trim()
    .check(z.minLength(1), z.maxLength(max), z.regex(/^[^\p{Cc}]*$/u, 'one line: no control characters'));

/** An object of exactly these fields. One that it does not know is refused with those that it does. */
export const exactly = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `not a field; those known are ${Object.keys(shape).join(', ')}` : undefined,
  });
