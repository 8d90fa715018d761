/** One guard of the lifecycle, and the edit of the sources that takes it away. */
export interface Mutation {
  readonly guard: string;
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
}

const pipeline = 'packages/pipeline/src/';
const controller = 'packages/controller/src/';

/** Each of these must make the simulation fail. The texts are those of the sources: a test notices when they drift apart. */
export const mutations: readonly Mutation[] = [
  {
    guard: 'a scan that has ended rests',
    edits: [
      {
        file: `${pipeline}reconcile/decide.ts`,
        find: 'if (isTerminal(seen.scan.status)) return restAfterEnd(seen);',
        replace: '',
      },
    ],
  },
  {
    guard: 'only causes outside the scan are tried again',
    edits: [
      { file: `${pipeline}reconcile/follow-run.ts`, find: 'return mayRetry(failure.reason)', replace: 'return true' },
    ],
  },
  {
    guard: 'attempts are bounded',
    edits: [
      {
        file: `${pipeline}reconcile/follow-run.ts`,
        find: 'if (number >= seen.limits.mostAttempts) return reportFailure(seen, failure, now);',
        replace: '',
      },
    ],
  },
  {
    guard: 'the next attempt waits',
    edits: [
      {
        file: `${pipeline}reconcile/decide.ts`,
        find: 'const obstacles: readonly Obstacle[] = [noTekton, refused, tooEarly, equalIsRunning, noTurn];',
        replace: 'const obstacles: readonly Obstacle[] = [noTekton, refused, equalIsRunning, noTurn]; void tooEarly;',
      },
    ],
  },
  {
    guard: 'an equal scan that runs is waited for',
    edits: [
      {
        file: `${pipeline}reconcile/decide.ts`,
        find: 'const obstacles: readonly Obstacle[] = [noTekton, refused, tooEarly, equalIsRunning, noTurn];',
        replace: 'const obstacles: readonly Obstacle[] = [noTekton, refused, tooEarly, noTurn]; void equalIsRunning;',
      },
    ],
  },
  {
    guard: 'nothing starts without a place',
    edits: [
      {
        file: `${pipeline}reconcile/decide.ts`,
        find: 'if (seen.hasTurn) return undefined;',
        replace: 'return undefined;',
      },
    ],
  },
  {
    guard: 'success names a digest',
    edits: [
      {
        file: `${pipeline}reconcile/follow-run.ts`,
        find: 'if (!/^[^@\\s]+@sha256:[0-9a-f]{64}$/.test(scanResult)) {',
        replace: 'if (scanResult === "never") {',
      },
    ],
  },
  {
    guard: 'a run that does not start is stopped',
    edits: [
      { file: `${pipeline}reconcile/follow-run.ts`, find: 'if (!hasStarted && now >= startBy)', replace: 'if (false)' },
    ],
  },
  {
    guard: 'a run that does not end is stopped',
    edits: [{ file: `${pipeline}reconcile/follow-run.ts`, find: 'if (now >= endBy)', replace: 'if (false)' }],
  },
  {
    guard: 'a name is made once: what is there already is taken over',
    edits: [
      {
        file: `${controller}act/make-run.ts`,
        find: "if (error.reason === 'AlreadyExists')",
        replace: 'if (error.reason === "never")',
      },
    ],
  },
  {
    guard: 'only a run of ours is taken over',
    edits: [
      {
        file: `${controller}act/make-run.ts`,
        find: 'if (!(found.metadata.ownerReferences ?? []).some(({ uid }) => uid === facts.uid))',
        replace: 'if (false)',
      },
    ],
  },
  {
    guard: 'a place is held from the moment it is given',
    edits: [{ file: `${controller}lifecycle.ts`, find: 'this.#places.reserve(place);', replace: '' }],
  },
  {
    guard: 'a place is held until the last pod has ended',
    edits: [
      {
        file: `${controller}lifecycle.ts`,
        find: "type !== 'deleted' && object.isActive",
        replace: 'false',
      },
    ],
  },
  {
    guard: 'a place is held while it is unknown whether the run was made',
    edits: [
      {
        file: `${controller}lifecycle.ts`,
        find: 'if (place === undefined || this.#uncertain.has(key)) return;',
        replace: 'if (place === undefined) return;',
      },
    ],
  },
  {
    guard: 'nothing is decided before everything was listed',
    edits: [
      {
        file: `${controller}lifecycle.ts`,
        find: 'await Promise.all(stores.map(({ synced }) => synced));',
        replace: 'await this.#stores.scans.synced;',
      },
    ],
  },
  {
    guard: 'the runs of a scan that is gone are removed',
    edits: [
      {
        file: `${controller}lifecycle.ts`,
        find: 'if (!run.deleting) await this.#acts.remove({ namespace, name }, run, signal);',
        replace: 'void namespace; void name; void run;',
      },
    ],
  },
  {
    guard: 'a scan that is being deleted is not started',
    edits: [
      { file: `${pipeline}reconcile/decide.ts`, find: 'if (seen.scan.deleting) return cleanUp(seen);', replace: '' },
      {
        file: `${controller}act/make-run.ts`,
        find: ' || scan.metadata.deletionTimestamp !== undefined',
        replace: '',
      },
    ],
  },
  {
    guard: 'a run belongs to the very scan, not to one of its name',
    edits: [
      { file: `${pipeline}reconcile/attempt.ts`, find: ' && run.scanUid === scan.uid', replace: '' },
      {
        file: `${controller}observe/runs-of.ts`,
        find: 'partOf === undefined && facts.scanUid === uid',
        replace: 'partOf === undefined',
      },
    ],
  },
  {
    guard: 'what was written is known before it is told back',
    edits: [
      {
        file: `${controller}observe/own-writes.ts`,
        find: 'if (version !== undefined) this.#statuses.set(key, { uid, version, status });',
        replace: 'void version; void uid; void status;',
      },
      { file: `${controller}observe/own-writes.ts`, find: 'this.#runs.set(key, run);', replace: 'void run;' },
    ],
  },
  {
    guard: 'a status is written to the very scan, not to one of its name',
    edits: [
      {
        file: `${controller}act/acts.ts`,
        find: "{ op: 'test', path: '/metadata/uid', value: uid },",
        replace: '',
      },
    ],
  },
];
