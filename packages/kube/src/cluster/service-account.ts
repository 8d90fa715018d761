import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '@assay/contract';
import { type Credentials, credentialsFrom, firstLine } from './credentials.ts';

/** Where a pod finds who it is. Source: Kubernetes documentation, "Accessing the Kubernetes API from a Pod". */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Bytes of a token, a certificate list or a name. */
const longestFile = 1024 * 1024;

/** Whether a service account is mounted there. */
export async function hasServiceAccount(folder: string): Promise<boolean> {
  return readFile(join(folder, 'token')).then(
    () => true,
    () => false,
  );
}

/**
 * The credentials of a pod: the token and the authority, read anew each time, for the kubelet replaces both while the pod runs.
 * Done here and not by the library, which costs a pod 80 MB. Throws KUBE_CONFIG_INVALID.
 */
export async function serviceAccountCredentials(folder: string): Promise<Credentials> {
  const [token, ca] = await Promise.all([readPart(folder, 'token'), readPart(folder, 'ca.crt')]);
  return credentialsFrom({ authorization: `Bearer ${token}` }, { ca }, undefined);
}

/** The namespace of the pod; undefined when the file is not there. */
export async function serviceAccountNamespace(folder: string): Promise<string | undefined> {
  return readPart(folder, 'namespace').catch(() => undefined);
}

async function readPart(folder: string, name: string): Promise<string> {
  try {
    const text = (await readFile(join(folder, name), 'utf8')).trim();
    if (text === '' || text.length > longestFile) throw new Error(`${text.length} characters`);
    return text;
  } catch (error) {
    const detail = `the ${name} of the service account cannot be read: ${firstLine(error)}`;
    throw new AssayError('KUBE_CONFIG_INVALID', detail, { cause: error });
  }
}
