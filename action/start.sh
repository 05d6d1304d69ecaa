#!/usr/bin/env bash
# Start the fake, wait until it answers, and tell the steps that follow where it is. Options come as INBOX_MOCK_*.
set -euo pipefail

# shellcheck source=/dev/null
source "$GITHUB_ACTION_PATH/action/inputs.sh"

home="$RUNNER_TEMP/inbox-mock"
log="$home/serve.log"
export INBOX_MOCK_PORT_FILE="$home/port"
rm -f "$INBOX_MOCK_PORT_FILE" # an earlier step of this job may have left its own

nohup inbox-mock serve > "$log" 2>&1 < /dev/null &
echo $! > "$home/pid"

# The port file appears when the server answers; a server that cannot start says why, and ends.
until [ -s "$INBOX_MOCK_PORT_FILE" ]; do
  if [ "$SECONDS" -ge 120 ] || ! kill -0 "$(cat "$home/pid")" 2> /dev/null; then
    echo "::error title=The Inbox Mock did not start::$(tr '\n' ' ' < "$log")"
    exit 1
  fi
  sleep 0.1
done

url="http://127.0.0.1:$(tr -d '[:space:]' < "$INBOX_MOCK_PORT_FILE")"
inbox-mock health --url "$url"
{
  echo "url=$url"
  echo "api-url=$url/api/v3"
  echo "token=demo"
} >> "$GITHUB_OUTPUT"
# Commands of the steps that follow speak to it without --url.
echo "INBOX_MOCK_URL=$url" >> "$GITHUB_ENV"
