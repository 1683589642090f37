import express, { type Request, type Response, Router } from 'express';
import type { AdminSession, Flash } from '../administrators/admin-sessions.ts';
import { inOktaTerms } from '../api/endpoint.ts';
import type { User } from '../directory/user.ts';
import { formField } from '../http/form-field.ts';
import { OktaError } from '../http/okta-error.ts';
import { type Html, html } from '../http/page.ts';

/** One request to the console by an administrator who has signed in. */
export interface Visit {
  readonly request: Request;
  /** For `audit` and others that want to know who does it: the administrator is its caller. */
  readonly response: Response;
  readonly admin: User;
  /** The hidden field that every form with method post needs. */
  readonly csrf: Html;
  /** A parameter of the path. */
  param(name: string): string;
  /** A parameter of the query; absent, repeated or unusable ones are empty. */
  query(name: string): string;
  /** A field of the posted form, cut at 2,000 characters. */
  field(name: string): string;
  /** All values of a field, such as the check boxes of a list. */
  fields(name: string): readonly string[];
}

/** A page as a section makes it; the layout adds the rest. */
export interface ConsolePage {
  readonly title: string;
  readonly body: Html;
  /** Default 200. */
  readonly status?: number;
}

/** After a form: where to go, and what to tell there. */
export interface Next {
  readonly to: string;
  readonly flash?: Flash;
}

/** Something that can be downloaded. */
export interface Download {
  readonly type: string;
  readonly file: string;
  readonly content: string;
}

export type ConsoleAnswer = ConsolePage | Next | Download;
type Handler = (visit: Visit) => Promise<ConsoleAnswer> | ConsoleAnswer;

export interface ConsoleRouter {
  readonly router: Router;
  page(path: string, handler: Handler): void;
  /**
   * A form that was sent by a page of the same session. What the services refuse (`OktaError`, `DirectoryError`) leads
   * back to `back`, with the reason. To show the form again with what was typed, answer with a page.
   */
  action(path: string, back: string | ((visit: Visit) => string), handler: Handler): void;
}

/** Where the console's own middleware leaves the session, the administrator and the layout. */
export interface ConsoleLocals {
  readonly session: AdminSession;
  readonly admin: User;
  readonly render: (page: ConsolePage) => string;
}

const FIELD_LENGTH = 2_000;

/** Done: go there, and say so. */
export const done = (to: string, text: string): Next => ({ to, flash: { kind: 'done', text } });
/** Not done, and why. */
export const refused = (to: string, text: string): Next => ({ to, flash: { kind: 'problem', text } });

/** What a service refuses, in words for the person at the page; undefined for a fault. */
export function refusalOf(error: unknown): string | undefined {
  const inTerms = inOktaTerms(error);
  if (!(inTerms instanceof OktaError) || inTerms.status >= 500) return undefined;
  return inTerms.causes.length > 0 ? inTerms.causes.join(' ') : inTerms.message;
}

/** What `work` answers; where a service refuses, the form again, with the reason. */
export function orAgain(work: () => ConsoleAnswer, again: (problem: string) => ConsolePage): ConsoleAnswer {
  try {
    return work();
  } catch (error) {
    const problem = refusalOf(error);
    if (problem === undefined) throw error;
    return again(problem);
  }
}

/** Routes of pages and forms. Reading is by GET and changes nothing; everything else is a form with a CSRF token. */
export function createConsoleRouter(): ConsoleRouter {
  const router = Router();
  return {
    router,
    page(path, handler) {
      router.get(path, async (request, response) => {
        answer(response, await handler(visitOf(request, response)));
      });
    },
    action(path, back, handler) {
      router.post(path, async (request, response) => {
        const visit = visitOf(request, response);
        try {
          answer(response, await handler(visit));
        } catch (error) {
          const reason = refusalOf(error);
          if (reason === undefined) throw error;
          answer(response, refused(typeof back === 'string' ? back : back(visit), reason));
        }
      });
    },
  };
}

/** Reads the posted form; a list of ten thousand check boxes is a large one. */
export const readForm = express.urlencoded({ extended: false, limit: '1mb', parameterLimit: 20_000 });

export function localsOf(response: Response): ConsoleLocals {
  return response.locals.console as ConsoleLocals; // the gate of console-part.ts set it
}

function visitOf(request: Request, response: Response): Visit {
  const { session, admin } = localsOf(response);
  return {
    request,
    response,
    admin,
    csrf: html`<input type="hidden" name="csrf" value="${session.csrf}">`,
    param: (name) => asText(request.params[name]),
    query: (name) => asText(request.query[name]),
    field: (name) => formField(request, name, FIELD_LENGTH),
    fields(name) {
      const body: unknown = request.body;
      const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
      return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
    },
  };
}

/** No parameter of the console has more, and none has a NUL, which the database would take for the end of the text. */
function asText(value: unknown): string {
  return typeof value === 'string' && value.length <= FIELD_LENGTH && !value.includes('\0') ? value : '';
}

function answer(response: Response, what: ConsoleAnswer): void {
  if ('to' in what) {
    localsOf(response).session.flash = what.flash;
    response.redirect(303, what.to);
  } else if ('file' in what) {
    response.type(what.type).attachment(what.file).send(what.content);
  } else {
    response
      .status(what.status ?? 200)
      .type('html')
      .send(localsOf(response).render(what));
  }
}
