import { attributeTypes } from './attribute-types.ts';
import { objectClasses } from './object-classes.ts';
import { ldapSyntaxes, matchingRules } from './rules-and-syntaxes.ts';
import { createSchema, type Schema } from './schema.ts';

let standard: Schema | undefined;

/** The schema a slapd has with core, cosine, nis, inetorgperson, ppolicy and memberof. Made once, when first asked for. */
export function standardSchema(): Schema {
  standard ??= createSchema({ attributeTypes, objectClasses, matchingRules, ldapSyntaxes });
  return standard;
}
