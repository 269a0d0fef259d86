import { test } from 'vitest';
import { tools } from '/work/main/src/tools/index.ts';
import { serve } from '/work/main/test/gitlab-client/support.ts';
import { readRecordings, replay } from '/work/main/test/contract/recordings.ts';
import { createWorkerCall } from '/work/main/test/contract/worker-call.ts';
test('x', async () => {
  const recs = readRecordings('/work/shared/gitlab');
  const { origin } = await serve(replay(recs));
  const call = createWorkerCall(origin);
  const seen = new Map<string, Set<string>>();
  const sizes: [string, number][] = [];
  const walk = (v: unknown, p: string, out: Set<string>): void => {
    if (v === null) out.add(p + '=null');
    else if (Array.isArray(v)) { if (v.length === 0) out.add(p + '=[]'); v.forEach((e) => walk(e, p + '[]', out)); }
    else if (typeof v === 'object') { if (Object.keys(v as object).length === 0) out.add(p + '={}'); for (const [k, e] of Object.entries(v as object)) { if (/token|secret|password|import_url/i.test(k)) out.add(p + '.' + k + ' SECRET?'); walk(e, p + '.' + k, out); } }
    else if (v === '') out.add(p + "=''");
  };
  for (const tool of tools.values()) {
    const [m, t] = tool.endpoint.split(' ');
    const re = new RegExp('^/api/v4' + t!.replace(/:\w+/g, '([^/]+)') + '$');
    const names = [...t!.matchAll(/:(\w+)/g)].map((x) => x[1]!);
    for (const [i, r] of recs.entries()) {
      if (r.method !== m || r.status >= 300) continue;
      const g = re.exec(new URL(r.url).pathname);
      if (!g) continue;
      const args = { ...tool.examples[0], ...Object.fromEntries(names.map((n, j) => [n, decodeURIComponent(g[j + 1]!)])) };
      if (tool.or) delete (args as Record<string, unknown>)[tool.or.when];
      const a = await call({ tool, args, token: `recording-${i}` });
      if (!a.ok) { console.log(tool.name, r.url, a); continue; }
      const out = seen.get(tool.name) ?? new Set(); seen.set(tool.name, out);
      for (const c of a.content) { const text = String((c as { text?: string }).text ?? ''); sizes.push([tool.name + ' ' + r.url, text.length]); try { walk(JSON.parse(text), '', out); } catch {} }
    }
  }
  for (const [k, v] of seen) if (v.size) console.log(k, [...v]);
  console.log(sizes.sort((a, b) => b[1] - a[1]).slice(0, 4));
}, 60000);
