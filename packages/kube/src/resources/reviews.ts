import type { KubeObject } from '../object.ts';
import type { Resource } from '../resource.ts';

/** Who a token is. Source: authentication.k8s.io/v1 UserInfo. */
export interface UserInfo {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Asks who a token is. Source: authentication.k8s.io/v1 TokenReview. */
export interface TokenReview extends KubeObject {
  readonly spec?: { readonly token: string; readonly audiences?: readonly string[] };
  readonly status?: { readonly authenticated?: boolean; readonly user?: UserInfo; readonly error?: string };
}

/** Asks what somebody may. Source: authorization.k8s.io/v1 SubjectAccessReview. */
export interface SubjectAccessReview extends KubeObject {
  readonly spec?: {
    readonly user?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
    readonly resourceAttributes?: {
      readonly namespace?: string;
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
    };
  };
  readonly status?: { readonly allowed: boolean; readonly denied?: boolean; readonly reason?: string };
}

export const tokenReviews: Resource<TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
};
export const subjectAccessReviews: Resource<SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
};
