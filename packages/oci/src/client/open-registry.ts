import { AssayError, type ImageReference } from '@assay/contract';
import { isRegistryHost } from '../reference.ts';
import { Network } from './network.ts';
import type { RegistryOptions, RegistryRepository } from './options.ts';
import { RegistryHost, usualPatience } from './registry-host.ts';
import { type Endpoint, Repository } from './repository.ts';

/** A mirror as configured: a host, and perhaps a path that goes before the repository. */
function parseMirror(text: string, repository: string): { readonly host: string; readonly repository: string } {
  const plain = text.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  const [host = '', ...path] = plain.split('/');
  if (!isRegistryHost(host))
    throw new AssayError('OPTION_INVALID', `${JSON.stringify(text.slice(0, 100))} is not a mirror`);
  return { host, repository: [...path, repository].join('/') };
}

/** A mirror is asked once, but as patiently as the registry is while attempts remain: it may have to fetch first. */
function patienceOfMirrors({ retries, patienceMs }: RegistryOptions): Pick<RegistryOptions, 'lastPatienceMs'> {
  return retries === 0 ? {} : { lastPatienceMs: patienceMs ?? usualPatience };
}

/**
 * Opens one repository of a registry, as a source of the image the reference names (`latest` when it names neither tag nor digest).
 * Nothing is asked of the registry before the first call. Throws OPTION_INVALID for a mirror that cannot be one.
 */
export function openRegistry(reference: ImageReference, options: RegistryOptions = {}): RegistryRepository {
  const network = new Network(options);
  const { credentials, ...others } = options;
  const origin: Endpoint = {
    host: new RegistryHost(network, reference.registry, reference.repository, options),
    repository: reference.repository,
  };
  const mirrors: Endpoint[] = (options.mirrors?.get(reference.registry) ?? []).map((text) => {
    const { host, repository } = parseMirror(text, reference.repository);
    // The registry itself is a mirror's second attempt. Credentials given for the registry are not the mirror's.
    const once = { ...others, ...patienceOfMirrors(options), retries: 0 };
    return { host: new RegistryHost(network, host, repository, once), repository };
  });
  return new Repository(network, reference, origin, mirrors, options);
}
