<?php
// Answer a guest, with curl. Start the fake (inbox-mock serve), then: php examples/php/answer_a_guest.php

$root = getenv('INBOX_MOCK_URL') ?: 'http://127.0.0.1:8089';

function call(string $method, string $url, ?array $body = null, array $headers = []): array
{
    $curl = curl_init($url);
    curl_setopt_array($curl, [CURLOPT_CUSTOMREQUEST => $method, CURLOPT_RETURNTRANSFER => true, CURLOPT_HTTPHEADER => $headers]);
    if ($body !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, json_encode($body));
    }
    $answer = curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    if ($answer === false || $status >= 300) {
        throw new RuntimeException("$method $url: $status $answer" . curl_error($curl));
    }
    return json_decode($answer, true, flags: JSON_THROW_ON_ERROR);
}

// A world of its own, on a clock that stands. What is done to it is not part of your program.
$sandbox = call('POST', "$root/__admin/sandboxes", ['scenario' => 'agency']);
$admin = fn (string $path, ?array $body = null) => call($body ? 'POST' : 'GET', "$root/__admin/sandboxes/{$sandbox['id']}$path", $body);

// Your program knows these two, as it knows https://www.bookingsync.com/api/v3 and the token of an account.
$api = $sandbox['api_url'];
$headers = ["Authorization: Bearer {$sandbox['token']}", 'Content-Type: application/vnd.api+json'];
$get = fn (string $path) => call('GET', $api . $path, null, $headers);
$post = fn (string $path, array $body) => call('POST', $api . $path, $body, $headers);

// A guest books on Airbnb. There is no conversation yet, and making one would be a mistake: the channel opens its own.
$wish = ['channel' => 'airbnb', 'guest' => ['fullname' => 'Ada Bauer'], 'conversation_delay' => '10m', 'host_participant' => false];
$booking = $admin('/bookings', $wish)['booking']['id'];
$conversationOf = fn (int $booking) => $get("/bookings/$booking")['bookings'][0]['links']['conversations'][0] ?? null;
if ($conversationOf($booking) === null) {
    echo "Booking $booking has no conversation yet.\n";
}

// Time passes, and your program looks again. The guest has a question.
$admin('/clock/advance', ['by' => '10m']);
$id = $conversationOf($booking);
echo "Its conversation is $id.\n";
$admin("/conversations/$id/messages", ['from' => 'guest', 'content' => 'Is there a garage?']);

// Who answers is a Host participant. Is there one? Otherwise let a host of the account take part.
$conversation = $get("/inbox/conversations/$id?include=participants")['conversations'][0];
$hosts = array_filter($conversation['participants'], fn (array $participant) => $participant['links']['member']['type'] === 'Host');
$sender = reset($hosts);
if ($sender === false) {
    $seat = ['conversation_id' => $id, 'member_type' => 'Host', 'member_id' => $get('/hosts')['hosts'][0]['id']];
    $sender = $post('/inbox/participants', ['participants' => [$seat]])['participants'][0];
}

// The conversation's default_channel as the message's channel: without it the message is stored, and no guest sees it.
$post('/inbox/messages', ['messages' => [[
    'conversation_id' => $id,
    'sender_id' => $sender['id'],
    'content' => 'There is, right under the house.',
    'origin' => 'bookingsync_inbox',
    'visibility' => 'external',
    'channel' => $conversation['default_channel'],
    'sent_at' => gmdate('Y-m-d\TH:i:s\Z'),
]]]);

// What Ada sees on Airbnb.
$admin('/clock/advance', ['by' => '5m']);
foreach ($admin("/conversations/$id/thread")['messages'] as $message) {
    echo "{$message['from']}: {$message['content']}\n";
}
