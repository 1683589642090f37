import { html } from './html.ts';
import { explained, renderPage, type Site } from './layout.ts';

export interface MessagePageOptions {
  readonly title: string;
  readonly text: string;
  readonly link?: { readonly href: string; readonly label: string };
  /** Shown where somebody may want to ask about it: the log has the rest under the same id. */
  readonly requestId?: string;
  /** A sign-in that went wrong, which can be explained. */
  readonly ofSignIn?: boolean;
}

/** A page that says one thing: an error, or that somebody has signed out. */
export function messagePage(site: Site, { title, text, link, requestId, ofSignIn }: MessagePageOptions): string {
  return renderPage(site, {
    title,
    body: html`<div class="card">
<h1>${title}</h1>
<p>${text}</p>
${link && html`<p><a class="button" href="${link.href}">${link.label}</a></p>`}
${ofSignIn ? explained(site) : undefined}
${requestId && html`<p class="hint">If you ask for help, give this request id: <code id="request-id">${requestId}</code></p>`}
</div>`,
  });
}
