import type { ImageRecipe } from '../src/build-image.ts';
import { file, folder, link } from '../src/file-tree.ts';

/** An image of two small layers. */
export function smallImage(architecture: string, word = 'hello'): ImageRecipe {
  return {
    platform: { os: 'linux', architecture },
    facts: {
      user: '65534:65534',
      entrypoint: ['/bin/app'],
      env: { HOME: '/tmp' },
      workingDir: '/',
      labels: { 'dev.example': 'yes' },
    },
    layers: [
      { tree: new Map([['tmp', folder(0o1777)]]), comment: 'places' },
      {
        tree: new Map([
          ['bin/app', file(word.repeat(5000), 0o755)],
          ['app', link('bin/app')],
        ]),
        comment: 'app',
      },
    ],
  };
}
