/** A cluster, or whatever else sends events of its own. Source: spec/amr.md §3.3. */
export interface Location {
  readonly reference: string;
  /** TAP 1.6 only; `''` since. */
  readonly alias: string;
  readonly labels: readonly { readonly key: string; readonly value: string }[];
}

/** What a record is about. `app` is of TAP 1.6. */
export type RecordKind = 'app' | 'container' | 'image' | 'commit';

/** One thing that happened at a place and a time. What a kind does not have is `''`. Source: spec/amr.md §5, §6.3. */
export interface ArtifactRecord {
  readonly kind: RecordKind;
  /** RFC 3339. */
  readonly at: string;
  readonly correlationId: string;
  readonly name: string;
  readonly namespace: string;
  readonly imageUrl: string;
  /** With `sha256:` before it. */
  readonly imageDigest: string;
  /** Of a container its state, of an app its status. */
  readonly state: string;
  /** Of apps. */
  readonly instances?: number;
  readonly repoUrl: string;
  /** Of a commit, or of the commit that an image was built from. */
  readonly sha: string;
  readonly tag: string;
  readonly builder: string;
}

/** A part of an accelerator run that came from elsewhere. */
export interface RunFragment {
  readonly namespace: string;
  readonly name: string;
  readonly repoUrl: string;
  readonly revision: string;
  readonly subpath: string;
  readonly commit: string;
}

/** One generation of an application accelerator. Source: spec/amr.md §3.7. */
export interface AcceleratorRun extends RunFragment {
  readonly guid: string;
  readonly at: string;
  readonly username: string;
  readonly source: string;
  readonly fragments: readonly RunFragment[];
}
