{{! A page for people. Use: assay scan TARGET -o template=report.html --template examples/templates/report.html.tpl }}
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{subject.name | html}}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: left; vertical-align: top; }
.critical, .high { color: #b00020; font-weight: 600; }
.medium { color: #8a5a00; }
.unknown { color: #6a1b9a; }
</style>
</head>
<body>
<h1>{{subject.name | html}}</h1>
<p>{{summary | html}}</p>
{{#if notices}}
<ul>
{{#each notices}}
<li>{{message | html}}</li>
{{/each}}
</ul>
{{/if}}
<table>
<thead><tr><th>Severity</th><th>Id</th><th>Package</th><th>Installed</th><th>Fixed in</th><th>Title</th></tr></thead>
<tbody>
{{#each findings}}
<tr>
<td class="{{severity}}">{{severity}}{{#if kev}} (exploited){{/if}}</td>
<td>{{#if url}}<a href="{{url | html}}">{{id | html}}</a>{{else}}{{id | html}}{{/if}}</td>
<td>{{package.name | html}}</td>
<td>{{package.version | html}}</td>
<td>{{fixedIn | join ", " | default "-" | html}}</td>
<td>{{title | default "" | html}}</td>
</tr>
{{else}}
<tr><td colspan="6">No known vulnerabilities.</td></tr>
{{/each}}
</tbody>
</table>
{{#if suppressed}}
<h2>Suppressed</h2>
<ul>
{{#each suppressed}}
<li>{{id | html}} in {{package.name | html}}: {{suppressed.reason | html}} ({{suppressed.source | html}})</li>
{{/each}}
</ul>
{{/if}}
{{#if rejected}}
<h2>Not understood</h2>
<ul>
{{#each rejected}}
<li>{{at | html}}: {{why | html}}</li>
{{/each}}
</ul>
{{/if}}
</body>
</html>
