/** A time as Lease and Event fields want it: exactly six fractional digits, or the API server answers 400. Source: Kubernetes API, meta/v1 MicroTime. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
