# shellcheck shell=bash
# Leave out each input that is blank, as a workflow passes one that it does not set: the command refuses blank values.
for name in "${!INBOX_MOCK_@}"; do
  [[ "${!name}" =~ [^[:space:]] ]] || unset "$name"
done
