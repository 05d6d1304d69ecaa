#!/usr/bin/env bash
# Publish the report of a fake that action.yml started, and stop it. INBOX_MOCK_URL and INBOX_MOCK_SANDBOX say which.
set -euo pipefail

home="$RUNNER_TEMP/inbox-mock"

INBOX_MOCK_FAIL_ON="${FAIL_ON/never/error}"
export INBOX_MOCK_FAIL_ON
JUNIT="${JUNIT:-inbox-mock-report.xml}"
# shellcheck source=/dev/null
source "$GITHUB_ACTION_PATH/../inputs.sh"

findings=false
text="$(inbox-mock report --format text)" || { [ $? -eq 1 ] && findings=true; } || {
  echo "::error title=No report::inbox-mock report failed; what it said, and the end of the server's output, follow"
  echo "$text"
  tail -n 20 "$home/serve.log" || true
  exit 2
}
text="${text:0:900000}" # a summary holds a megabyte
inbox-mock report --format junit > "$JUNIT" || [ $? -eq 1 ]

{
  echo '### Inbox Mock'
  echo
  # Four spaces make it code, whatever a guest wrote.
  echo "    ${text//$'\n'/$'\n    '}"
} >> "$GITHUB_STEP_SUMMARY"
{
  echo "junit=$JUNIT"
  echo "findings=$findings"
} >> "$GITHUB_OUTPUT"

pid=$(cat "$home/pid")
kill "$pid" 2> /dev/null || true
# It finishes what is under way: whoever starts another one finds the port free, and the journal complete.
for _ in {1..120}; do
  kill -0 "$pid" 2> /dev/null || break
  sleep 0.1
done

if [ "$findings" = true ] && [ "$FAIL_ON" != never ]; then
  echo "::error title=The client broke a rule::the summary of this job says which, with evidence"
  exit 1
fi
