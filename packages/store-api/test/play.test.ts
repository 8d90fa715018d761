import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningStore, startStore, writeToken } from './start-store.ts';

const suite = '/play in a browser';
const chromium = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'chromium'))
  .find((path) => existsSync(path));
if (chromium === undefined && process.env.CI === 'true') throw new Error(`${suite}: chromium is not on PATH`);
if (chromium === undefined) process.stderr.write(`left out: ${suite}: chromium is not on PATH\n`);

/** What a browser says over its protocol. Source: Chrome DevTools Protocol. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly request?: { readonly url: string } };
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

describe.runIf(chromium !== undefined)(suite, () => {
  let running: RunningStore;
  let url: string;
  let browser: ChildProcess;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'assay-chromium-'));
    running = await startStore();
    const data = { reference: 'cluster-1', labels: [{ key: 'env', value: 'prod' }] };
    const event = { specversion: '1.0', id: '1', source: 'x', type: 'vmware.tanzu.apps.location.created.v1', data };
    await running.ask('POST', '/', {
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(event),
    });
    url = await running.server.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    if (browser !== undefined) {
      const ended = new Promise((resolve) => browser.once('exit', resolve));
      browser.kill('SIGTERM');
      await ended;
    }
    await running.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs a query with a token and shows its answer, asking nobody else', async () => {
    const page = await openPage();
    const requests: string[] = [];
    const waiting = new Map<number, (message: Message) => void>();
    page.addEventListener('message', ({ data }) => {
      const message: Message = JSON.parse(String(data));
      if (message.method === 'Network.requestWillBeSent') requests.push(message.params?.request?.url ?? '');
      if (message.id !== undefined) waiting.get(message.id)?.(message);
    });
    let id = 0;
    const send = (method: string, params: object = {}): Promise<Message> =>
      new Promise((resolve) => {
        waiting.set(++id, resolve);
        page.send(JSON.stringify({ id, method, params }));
      });
    const evaluate = async (expression: string) =>
      (await send('Runtime.evaluate', { expression })).result?.result?.value;
    await send('Network.enable');
    await send('Page.enable');
    await send('Page.navigate', { url: `${url}/play` });
    await expect
      .poll(() => evaluate('document.getElementById("query")?.value ?? ""'), { timeout: 15_000 })
      .toMatch(/locations/);
    await evaluate(
      `document.getElementById('token').value = ${JSON.stringify(writeToken)}; document.getElementById('run').click()`,
    );
    await expect
      .poll(() => evaluate('document.getElementById("answer").textContent'), { timeout: 15_000 })
      .toMatch(/"cluster-1"/);
    expect(new Set(requests.map((each) => new URL(each).origin))).toEqual(new Set([url]));
    page.close();
  });

  /** A new page of a browser that this test starts. */
  async function openPage(): Promise<WebSocket> {
    const words = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}`,
    ];
    browser = spawn(chromium ?? '', [...words, '--no-first-run', '--disable-background-networking', 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const port = await new Promise<string>((resolve, reject) => {
      let text = '';
      browser.stderr?.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        const found = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
      browser.once('exit', (code) => reject(new Error(`chromium ended with ${code}: ${text.slice(-1_000)}`)));
    });
    const made = await fetch(`http://127.0.0.1:${port}/json/new?about:blank`, { method: 'PUT' });
    const { webSocketDebuggerUrl }: { webSocketDebuggerUrl: string } = JSON.parse(await made.text());
    const page = new WebSocket(webSocketDebuggerUrl);
    await new Promise((resolve) => page.addEventListener('open', resolve, { once: true }));
    return page;
  }
});
