import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Router } from 'express';

const FILES = {
  style: { name: 'console.css', type: 'text/css' },
  script: { name: 'console.js', type: 'text/javascript' },
  icon: { name: 'icon.svg', type: 'image/svg+xml' },
} as const;
const FOLDER = '/admin/assets';
const A_YEAR = 365 * 24 * 3600;

export type AssetAddresses = Readonly<Record<keyof typeof FILES, string>>;

/** The style sheet, the script and the icon, in memory: nothing is loaded from elsewhere. */
export function loadAssets(): { readonly addresses: AssetAddresses; readonly router: Router } {
  const router = Router();
  const load = ({ name, type }: { readonly name: string; readonly type: string }): string => {
    const content = readFileSync(new URL(`./public/${name}`, import.meta.url));
    const address = `${FOLDER}/${name}?v=${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;
    router.get(`${FOLDER}/${name}`, (request, response) => {
      // An address with another version is from before or after an update: served, but not kept.
      const current = request.originalUrl === address;
      response.set('Cache-Control', current ? `public, max-age=${A_YEAR}, immutable` : 'no-cache');
      response.type(type).send(content);
    });
    return address;
  };
  return {
    addresses: { style: load(FILES.style), script: load(FILES.script), icon: load(FILES.icon) },
    router,
  };
}
