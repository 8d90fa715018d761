/** JSON whose parts are passed on without looking. */
export type Opaque = Readonly<Record<string, unknown>>;

/** Rights of a container. Source: core/v1 SecurityContext, the fields of spec/scan-2.md §2.2. */
export interface StepSecurity {
  readonly allowPrivilegeEscalation?: boolean;
  readonly privileged?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly readOnlyRootFilesystem?: boolean;
  readonly seccompProfile?: { readonly type: string; readonly localhostProfile?: string };
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

/** A step as its author wrote it. Fields that are not named here are passed on. Source: tekton.dev/v1 Step. */
export interface ScanStep {
  readonly name?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly script?: string;
  readonly workingDir?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: Opaque }[];
  readonly securityContext?: StepSecurity;
  readonly volumeMounts?: readonly VolumeMount[];
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}

/** A volume at `/<name>`, of one of three sources. Source: spec/scan-2.md §2.1. */
export interface VolumeBinding {
  readonly name: string;
  readonly secret?: Opaque | { readonly secretName: string };
  readonly configMap?: Opaque | { readonly name: string };
  readonly emptyDir?: Opaque | { readonly medium?: string };
}

/** An ImageVulnerabilityScan as far as planning looks at it. Source: spec/scan-2.md §2. */
export interface ScanObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly spec: {
    readonly image: string;
    readonly scanResults: { readonly location: string };
    readonly serviceAccountNames?: { readonly scanner?: string; readonly publisher?: string };
    readonly activeKeychains?: readonly { readonly name: string }[];
    readonly workspace?: { readonly size?: string | number; readonly bindings?: readonly VolumeBinding[] };
    readonly steps: readonly ScanStep[];
  };
}

/** Whose turn it is: people who wait before schedules before mass work. */
export type Urgency = 'interactive' | 'recurring' | 'bulk';

/** In the order in which they are admitted. */
export const urgencies: readonly Urgency[] = ['interactive', 'recurring', 'bulk'];

/** Annotations of a scan that change how it is run; all are optional and ours alone. */
export const scanAnnotations = {
  /** `fused` or `compatibility`; wins over the configuration. */
  engine: 'assay.dev/engine',
  /** `interactive` (default), `recurring` or `bulk`. */
  urgency: 'assay.dev/urgency',
  /** `true`: the pod gets its service account's token. */
  token: 'assay.dev/service-account-token',
} as const;

/** The accounts a scan names. Source: spec/scan-2.md §2.1; `default` where it names none (§17, question 4). */
export function accountsOf(scan: ScanObject): { readonly scanner: string; readonly publisher: string } {
  const { scanner, publisher } = scan.spec.serviceAccountNames ?? {};
  return { scanner: scanner || 'default', publisher: publisher || 'default' };
}

/** How urgent a scan is: what it says, else whether a schedule made it. A word nobody knows counts as nothing said. */
export function urgencyOf(scan: ScanObject): Urgency {
  const { labels, annotations, ownerReferences } = scan.metadata;
  const said = urgencies.find((one) => one === annotations?.[scanAnnotations.urgency]);
  if (said !== undefined) return said;
  const scheduled =
    labels?.recurringimagevulnerabilityscan !== undefined ||
    (ownerReferences ?? []).some(({ kind }) => kind === 'RecurringImageVulnerabilityScan');
  return scheduled ? 'recurring' : 'interactive';
}
