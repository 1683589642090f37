export { type DiagnoseOptions, diagnose } from './diagnose.ts';
export type { Finding, Outcome } from './exam.ts';
