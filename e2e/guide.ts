/**
 * The blocks of a guide that are for running (fence ```` ```bash run ````, with a word more for a block of its own), in order.
 * Every command's failure ends a block: they are run by `bash -e`.
 */
export function guideBlocks(markdown: string): readonly { readonly label: string; readonly script: string }[] {
  return [...markdown.matchAll(/^```bash run ?(\w*)\n([\s\S]*?)^```$/gm)].map(([, label = '', script = '']) => ({
    label,
    script,
  }));
}
