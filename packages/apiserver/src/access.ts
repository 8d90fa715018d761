import type { FaultRequest } from './faults.ts';
import type { Json, JsonObject } from './json.ts';
import { ApiError, forbidden } from './status.ts';

/** Who a request comes from. */
export interface User {
  readonly username: string;
  readonly groups: readonly string[];
}

/** Who may do what. Without it, everyone may do everything as `system:admin`. */
export interface Access {
  /** The user of a bearer token (undefined: no token was sent); undefined refuses with 401. */
  authenticate?(token: string | undefined): User | undefined;
  /** Whether the user may; a sentence says why not. */
  authorize?(user: User, request: FaultRequest): true | string;
}

/** The user when nobody asks. */
export const admin: User = { username: 'system:admin', groups: ['system:masters', 'system:authenticated'] };

/** Finds the user of a request or refuses with 401. */
export function userOf(access: Access, authorization: string | undefined): User {
  if (access.authenticate === undefined) return admin;
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  const user = access.authenticate(token);
  if (user === undefined) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
  return user;
}

/** Refuses with 403 what the user may not do. */
export function requireAccess(access: Access, user: User, request: FaultRequest): void {
  const answer = access.authorize?.(user, request) ?? true;
  if (answer === true) return;
  const what = request.subresource === '' ? request.resource : `${request.resource}/${request.subresource}`;
  const where = request.namespace === '' ? 'at the cluster scope' : `in the namespace "${request.namespace}"`;
  const sentence = `User "${user.username}" cannot ${request.verb} resource "${what}" in API group "${request.group}" ${where}`;
  const why = answer === '' ? sentence : `${sentence}: ${answer}`;
  throw forbidden({ group: request.group, resource: request.resource }, request.name, why);
}

/** Answers a review object at once: what it asks about is decided by `access`. */
export function answerReview(access: Access, user: User, kind: string, review: JsonObject): JsonObject {
  return { ...review, status: reviewStatus(access, user, kind, review) };
}

function reviewStatus(access: Access, user: User, kind: string, review: JsonObject): JsonObject {
  const spec = object(review.spec);
  if (kind === 'SelfSubjectReview') return { userInfo: { username: user.username, groups: [...user.groups] } };
  if (kind === 'TokenReview') {
    const found = access.authenticate === undefined ? admin : access.authenticate(text(spec.token));
    if (found === undefined) return { authenticated: false, user: {}, error: 'invalid bearer token' };
    return { authenticated: true, user: { username: found.username, groups: [...found.groups] } };
  }
  if (kind === 'SelfSubjectRulesReview') {
    return {
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [],
      incomplete: true,
    };
  }
  const groups = Array.isArray(spec.groups) ? spec.groups.map(String) : [];
  const subject = kind.startsWith('Self') ? user : { username: text(spec.user), groups };
  const asked = object(spec.resourceAttributes);
  const request: FaultRequest = {
    verb: text(asked.verb) as FaultRequest['verb'], // an unknown verb is the hook's to refuse
    group: text(asked.group),
    resource: text(asked.resource),
    subresource: text(asked.subresource),
    namespace: text(asked.namespace),
    name: text(asked.name),
    path: text(object(spec.nonResourceAttributes).path),
  };
  const answer = access.authorize?.(subject, request) ?? true;
  return answer === true ? { allowed: true } : { allowed: false, reason: answer };
}

function object(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
