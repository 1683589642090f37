import type { Request } from 'express';

/** A field of a posted form as text, cut at `max` characters; whatever is no text is empty. */
export function formField(request: Request, name: string, max = Number.POSITIVE_INFINITY): string {
  const body: unknown = request.body;
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value.slice(0, max) : '';
}
