export { type Attempt, addStep, beginAttempt, type Ending, endAttempt, recent } from './attempt.ts';
export { SKEW_MS } from './behind-okta.ts';
export { type ExplainOptions, explain } from './explain.ts';
export { type Explanation, type Fact, type Hop, PARTY_NAMES, type Party, type Verdict } from './explanation.ts';
export { createSystemLogReader, type LogReading, type SystemLogReader } from './system-log.ts';
export { TOPICS, type Topic } from './topics.ts';
