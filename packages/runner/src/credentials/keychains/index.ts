import { acr } from './acr.ts';
import { ecr } from './ecr.ts';
import { gcr } from './gcr.ts';
import { ghcr } from './ghcr.ts';
import type { Keychain } from './keychain.ts';

/** Every keychain there is. */
export const keychains: readonly Keychain[] = [acr, ecr, gcr, ghcr];
