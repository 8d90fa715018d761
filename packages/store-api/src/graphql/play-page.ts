/** A page to try queries in. It brings everything with it: no script, style or font of anyone else. */
export const playPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Artifact Metadata Repository</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; display: grid; grid-template-rows: auto 1fr; height: 100vh; }
header { display: flex; gap: .75rem; align-items: center; padding: .6rem 1rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); flex-wrap: wrap; }
h1 { font-size: 1rem; margin: 0; flex: 1; }
main { display: grid; grid-template-columns: 1fr 1fr; min-height: 0; }
@media (max-width: 700px) { main { grid-template-columns: 1fr; grid-template-rows: 1fr 1fr; } }
textarea, pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; font: 13px/1.5 ui-monospace, monospace; border: 0; overflow: auto; tab-size: 2; }
textarea { resize: none; background: transparent; color: inherit; border-right: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
input, select, button { font: inherit; padding: .25rem .6rem; }
:focus-visible { outline: 2px solid #3b82f6; outline-offset: -2px; }
</style>
</head>
<body>
<header>
<h1>Artifact Metadata Repository</h1>
<label>Example <select id="example"></select></label>
<label>Token <input id="token" type="password" autocomplete="off" size="18"></label>
<button id="run" type="button">Run (Ctrl-Enter)</button>
</header>
<main>
<textarea id="query" aria-label="Query" spellcheck="false"></textarea>
<pre id="answer" aria-live="polite" tabindex="0">The answer appears here. Queries need a token; this page does not keep it.</pre>
</main>
<script>
const examples = {
  'All locations': '{\\n  locations {\\n    reference\\n    labels { key value }\\n  }\\n}',
  'Running containers': '{\\n  containers(first: 50, latest: true) {\\n    nodes { namespace name state imageUrl imageDigest timestamp location { reference } }\\n    pageInfo { endCursor hasNextPage }\\n  }\\n}',
  'Images and their commits': '{\\n  images(first: 50) {\\n    nodes { imageUrl imageDigest timestamp commit { repoUrl sha } }\\n  }\\n}',
  'DORA metrics': '{\\n  doraMetrics {\\n    aggregatedLeadTime\\n    aggregatedDeployments\\n    doraMetricsPerCorrelationID { nodes { correlationId leadTime deployments } }\\n  }\\n}',
  'What can be asked': '{\\n  __schema {\\n    queryType { fields { name args { name } } }\\n  }\\n}',
};
const at = (id) => document.getElementById(id);
for (const name of Object.keys(examples)) at('example').append(new Option(name));
const choose = () => { at('query').value = examples[at('example').value]; };
at('example').addEventListener('change', choose);
choose();
async function run() {
  at('answer').textContent = 'Asking …';
  try {
    const token = at('token').value;
    const answer = await fetch('query', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...(token ? { authorization: 'Bearer ' + token } : {}) },
      body: JSON.stringify({ query: at('query').value }),
    });
    const text = await answer.text();
    try { at('answer').textContent = JSON.stringify(JSON.parse(text), null, 2); }
    catch { at('answer').textContent = answer.status + ' ' + text; }
  } catch (error) { at('answer').textContent = String(error); }
}
at('run').addEventListener('click', run);
at('query').addEventListener('keydown', (event) => { if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') run(); });
</script>
</body>
</html>
`;
