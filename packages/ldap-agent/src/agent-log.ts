/** Where the agent tells what happens. Never given a password, a token or a whole entry. */
export interface AgentLog {
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

export const silentLog: AgentLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
