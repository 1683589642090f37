import { type Clock, timestamp } from '../clock.ts';
import { ID_PREFIX, newId } from '../ids.ts';
import type { Store } from '../store/store.ts';
import { type ImportCounts, noCounts } from './import-counts.ts';

export type ImportKind = 'full' | 'incremental';

/**
 * - `stopped`: by the import safeguard, before anything was removed.
 * - `interrupted`: Local Okta ended while it ran; the next import completes it.
 */
export type ImportState = 'running' | 'completed' | 'cancelled' | 'failed' | 'stopped' | 'interrupted';

export type ImportPhase = 'users' | 'groups' | 'removals' | 'memberships' | 'done';

export interface ImportRun {
  readonly id: string;
  readonly kind: ImportKind;
  readonly state: ImportState;
  readonly phase: ImportPhase;
  readonly started: string;
  readonly ended: string | null;
  readonly counts: ImportCounts;
  /** Why it did not complete, or what went wrong on the way. */
  readonly message: string | null;
  /** How many entries were left out or have something wrong with them. */
  readonly problemCount: number;
}

export interface ImportProblem {
  readonly dn: string;
  readonly code: string;
  readonly message: string;
}

export interface ImportRuns {
  create(kind: ImportKind): { readonly seq: number; readonly run: ImportRun };
  get(id: string): ImportRun | undefined;
  /** The latest first. */
  list(limit: number): readonly ImportRun[];
  lastCompleted(): ImportRun | undefined;
  progress(seq: number, phase: ImportPhase, counts: ImportCounts): void;
  /** Something went wrong, and it goes on. */
  note(seq: number, message: string): void;
  /** Without a message the last note stays. */
  end(seq: number, state: ImportState, message?: string): void;
  addProblem(seq: number, problem: ImportProblem): void;
  problems(id: string, after: number, limit: number): readonly (ImportProblem & { readonly seq: number })[];
  /** At a start: whatever was running is not running any more. */
  markInterrupted(): number;
}

interface Row {
  seq: number;
  id: string;
  kind: string;
  state: string;
  phase: string;
  started: string;
  ended: string | null;
  counts: string;
  message: string | null;
  problem_count: number;
}

/** Problems beyond this many are counted, not kept. */
const PROBLEMS_KEPT = 1_000;
const RUNS_KEPT = 100;

export function createImportRuns({ store, clock }: { store: Store; clock: Clock }): ImportRuns {
  const runOf = (row: Row): ImportRun => ({
    id: row.id,
    // Only this file writes these columns.
    kind: row.kind as ImportKind,
    state: row.state as ImportState,
    phase: row.phase as ImportPhase,
    started: row.started,
    ended: row.ended,
    counts: JSON.parse(row.counts) as ImportCounts,
    message: row.message,
    problemCount: row.problem_count,
  });
  const one = (sql: string, parameters: readonly string[] = []): { seq: number; run: ImportRun } | undefined => {
    const row = store.get<Row>(sql, parameters);
    return row === undefined ? undefined : { seq: row.seq, run: runOf(row) };
  };

  return {
    create(kind) {
      const id = newId(ID_PREFIX.job);
      return store.transaction(() => {
        store.run('DELETE FROM import_runs WHERE seq <= (SELECT max(seq) FROM import_runs) - ?', [RUNS_KEPT]);
        store.run(
          "INSERT INTO import_runs (id, kind, state, phase, started, counts) VALUES (?, ?, 'running', 'users', ?, ?)",
          [id, kind, timestamp(clock), JSON.stringify(noCounts())],
        );
        const made = one('SELECT * FROM import_runs WHERE id = ?', [id]);
        if (made === undefined) throw new Error('The import was not stored.');
        return made;
      });
    },
    get: (id) => (id.includes('\0') ? undefined : one('SELECT * FROM import_runs WHERE id = ?', [id])?.run),
    list: (limit) => store.all<Row>('SELECT * FROM import_runs ORDER BY seq DESC LIMIT ?', [limit]).map(runOf),
    lastCompleted: () => one("SELECT * FROM import_runs WHERE state = 'completed' ORDER BY seq DESC LIMIT 1")?.run,
    progress(seq, phase, counts) {
      store.run('UPDATE import_runs SET phase = ?, counts = ? WHERE seq = ?', [phase, JSON.stringify(counts), seq]);
    },
    note(seq, message) {
      store.run('UPDATE import_runs SET message = ? WHERE seq = ?', [message, seq]);
    },
    end(seq, state, message) {
      store.run('UPDATE import_runs SET state = ?, message = coalesce(?, message), ended = ? WHERE seq = ?', [
        state,
        message,
        timestamp(clock),
        seq,
      ]);
    },
    addProblem(seq, { dn, code, message }) {
      store.run('UPDATE import_runs SET problem_count = problem_count + 1 WHERE seq = ?', [seq]);
      store.run(
        `INSERT INTO import_problems (run_seq, seq, dn, code, message)
         SELECT ?, problem_count, ?, ?, ? FROM import_runs WHERE seq = ? AND problem_count <= ?`,
        [seq, dn.replaceAll('\0', '\\00'), code, message.replaceAll('\0', '\\00'), seq, PROBLEMS_KEPT],
      );
    },
    problems: (id, after, limit) =>
      id.includes('\0')
        ? []
        : store
            .all<ImportProblem & { seq: number }>(
              `SELECT import_problems.seq, dn, code, import_problems.message FROM import_problems
               JOIN import_runs ON import_runs.seq = import_problems.run_seq
               WHERE import_runs.id = ? AND import_problems.seq > ? ORDER BY import_problems.seq LIMIT ?`,
              [id, after, limit],
            )
            .map(({ seq, dn, code, message }) => ({ seq, dn, code, message })),
    markInterrupted: () =>
      store.run("UPDATE import_runs SET state = 'interrupted', ended = ?, message = ? WHERE state = 'running'", [
        timestamp(clock),
        'Local Okta ended while this import ran; the next import completes it.',
      ]),
  };
}
