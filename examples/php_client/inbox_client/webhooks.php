<?php
/** Webhooks: who sent them, and what they are about. What they say of it is not taken for the newest truth. */

declare(strict_types=1);

namespace InboxClient;

/**
 * Whether a signature is the HMAC-SHA1, in hex, of the body in Base64.
 *
 * The Base64 is Ruby's `encode64`: a newline after every 60 characters and at the end.
 */
function is_signed(string $secret, string $signature, string $body): bool
{
    $lines = preg_replace('/.{1,60}/', "$0\n", base64_encode($body));
    return hash_equals(hash_hmac('sha1', $lines, $secret), $signature);
}

/** What a webhook is about, as a kind such as `conversation` and an id, or null if it cannot be told. */
function hint_in(string $body): ?array
{
    $resource = json_decode($body, true)['resource'] ?? null;
    foreach (is_array($resource) ? $resource : [] as $kind => $record) {
        if ($kind !== 'links') {
            return isset($record['id']) ? [$kind, $record['id']] : null;
        }
    }
    return null;
}
