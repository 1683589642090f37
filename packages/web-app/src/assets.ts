import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RequestHandler } from 'express';
import type { AssetPaths } from './pages/layout.ts';

const FILES = { style: { name: 'app.css', type: 'text/css' }, icon: { name: 'icon.svg', type: 'image/svg+xml' } };
const A_YEAR = 365 * 24 * 3600;

export interface Assets {
  readonly paths: AssetPaths;
  readonly handler: RequestHandler;
}

/** The style sheet and the icon, in memory: two small files, the same for everybody. */
export function loadAssets(): Assets {
  const style = load(FILES.style);
  const icon = load(FILES.icon);
  const byPath = new Map([style, icon].map((file) => [`/assets/${file.name}`, file]));
  return {
    paths: { style: style.address, icon: icon.address },
    handler: (request, response, next) => {
      const file = byPath.get(request.path);
      if (file === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
        next();
        return;
      }
      // An address with another version is from before or after an update: served, but not kept.
      const current = request.originalUrl === file.address;
      response.set('Cache-Control', current ? `public, max-age=${A_YEAR}, immutable` : 'no-cache');
      response.type(file.type).send(file.content);
    },
  };
}

function load({ name, type }: { name: string; type: string }) {
  const content = readFileSync(new URL(`./public/${name}`, import.meta.url));
  const version = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return { name, type, content, address: `/assets/${name}?v=${version}` };
}
