{{! For services that show test results: each finding is a failed test. Use: -o template=assay.xml --template examples/templates/junit.xml.tpl }}
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="assay" tests="{{counts.total}}" failures="{{counts.total}}">
<testsuite name="{{subject.name | xml}}" tests="{{counts.total}}" failures="{{counts.total}}" timestamp="{{scannedAt | xml}}">
{{#each findings}}
<testcase classname="{{package.name | xml}} {{package.version | xml}}" name="{{id | xml}}">
<failure type="{{severity}}" message="{{title | default "known vulnerability" | xml}}">{{severity}}; fixed in: {{fixedIn | join ", " | default "-" | xml}}
{{url | default "" | xml}}</failure>
</testcase>
{{/each}}
</testsuite>
</testsuites>
