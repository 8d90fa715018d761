import type { ScanObject } from '../request/scan-object.ts';

/** What the installation says about every scan. Source: spec/scan-2.md §8. */
export interface PlanSettings {
  /** The image of our own steps, by digest. */
  readonly runnerImage: string;
  /** PEM that scans trust besides the usual authorities; empty for none. */
  readonly caCertData: string;
  /** Size of a claim when the scan names none. */
  readonly storageSize: string;
  /** Empty is the cluster's default class. */
  readonly storageClass: string;
  /** Empty for none. */
  readonly priorityClassName: string;
  /** How long a run may take, as `1h30m`; empty is Tekton's own default (60 min). */
  readonly timeout: string;
  /** Registries spoken to over plain http. */
  readonly insecureRegistries: readonly string[];
}

/** Everything a run is made of. */
export interface PlanInput {
  readonly scan: ScanObject;
  readonly settings: PlanSettings;
  /** 1 for the first. */
  readonly attempt: number;
  /** Names of the secrets of the publisher's account; looked at by the fused engine when the accounts differ. */
  readonly publisherSecrets: readonly string[];
  /** A mark of what is answered; kept on the run so that equal scans find it. */
  readonly answers?: string;
  /** The bundle to publish again, instead of scanning: `repo@sha256:…`. */
  readonly copyFrom?: string;
}
