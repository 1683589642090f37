import type { Request, Response } from 'express';
import { callerOf } from '../http/api-auth.ts';
import type { LogActor, NewLogEvent } from '../system-log/log-event.ts';
import { userActor } from '../system-log/log-event.ts';
import type { SystemLog } from '../system-log/system-log.ts';

/** Notes in the System Log what a caller of the API did. */
export type Audit = (
  request: Request,
  response: Response,
  eventType: string,
  displayMessage: string,
  target: readonly LogActor[],
  outcome?: NewLogEvent['outcome'],
) => void;

export function createAudit(systemLog: SystemLog): Audit {
  return (request, response, eventType, displayMessage, target, outcome) => {
    systemLog.append({
      eventType,
      displayMessage,
      actor: userActor(callerOf(response).user),
      target,
      outcome,
      client: { ipAddress: request.ip, userAgent: request.headers['user-agent'] },
      transactionId: String(response.locals.requestId),
      debugData: { requestUri: request.path.slice(0, 500) },
    });
  };
}
