type Json = unknown;
type Dict = Readonly<Record<string, Json>>;

/** The fields by which entries of Kubernetes' lists are known, for the lists our patches touch. Source: Kubernetes API, "patchMergeKey". */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  imagePullSecrets: 'name',
};

/**
 * A strategic merge: objects are merged, `null` removes, lists with a key are merged entry by entry, the patch's new entries first as
 * kustomize has them; other lists are replaced.
 */
export function mergePatch(target: Json, patch: Json, field = ''): Json {
  if (isDict(target) && isDict(patch)) {
    const merged: Record<string, Json> = { ...target };
    for (const [name, value] of Object.entries(patch)) {
      if (value === null) delete merged[name];
      else merged[name] = mergePatch(merged[name], value, name);
    }
    return merged;
  }
  const key = mergeKeys[field];
  if (key === undefined || !Array.isArray(target) || !Array.isArray(patch)) return patch;
  const keyOf = (entry: Json) => (isDict(entry) ? entry[key] : undefined);
  const fresh = patch.filter((entry) => !target.some((old) => keyOf(old) === keyOf(entry)));
  const kept = target.map((old) => {
    const change = patch.find((entry) => keyOf(entry) === keyOf(old));
    return change === undefined ? old : mergePatch(old, change);
  });
  return [...fresh, ...kept];
}

function isDict(value: Json): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
