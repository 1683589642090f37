import type { Request } from 'express';
import { z } from 'zod';
import { notFound } from '../directory/directory-error.ts';
import { pathParameter } from './endpoint.ts';

/** What roles and resource sets have in common. */
export const label = z.string().trim().min(1).max(100);
export const description = z.string().max(1000).default('');

export const unique = <Item>(items: readonly Item[]): Item[] => [...new Set(items)];

export function byIdOrLabel<Item extends { readonly id: string; readonly label: string }>(
  items: readonly Item[],
  request: Request,
  kind: string,
): Item {
  const name = pathParameter(request, 'idOrLabel');
  const found = items.find(({ id }) => id === name) ?? items.find((item) => item.label === name);
  if (found === undefined) throw notFound(kind, name);
  return found;
}
