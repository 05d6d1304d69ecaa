<?php
/** What lets the judge command the client: a request in JSON per line comes in, an answer in JSON per line goes out. */

declare(strict_types=1);

require_once __DIR__ . '/inbox_client/inbox.php';

use InboxClient\Api;
use InboxClient\Inbox;
use InboxClient\Later;
use InboxClient\Refused;

$inbox = null;

$commands = [
    'start' => function (array $given) use (&$inbox): array {
        $api = new Api($given['api_url'], $given['token'], $given['refresh_token'], $given['client_id'], $given['client_secret']);
        $inbox = new Inbox($api, $given['webhook_secret']);
        return ['can' => ['sync', 'reply', 'webhook']];
    },
    'sync' => function () use (&$inbox): array {
        $inbox->sync();
        return belief($inbox->copy);
    },
    'reply' => function (array $wanted) use (&$inbox): array {
        $inbox->reply($wanted['booking_id'], $wanted['content']);
        return [];
    },
    'webhook' => function (array $brought) use (&$inbox): array {
        return ['accepted' => $inbox->receive($brought['headers'], $brought['body'])];
    },
];

/** What the client believes, as the judge wants to hear it. */
function belief(array $copy): array
{
    $of = fn (string $name, int $id): array => array_values(
        array_filter($copy[$name], fn (array $record): bool => $record['links']['conversation'] === $id),
    );
    $participant = function (array $one): array {
        $member = $one['links']['member'];
        return ['id' => $one['id'], 'member_type' => $member['type'], 'member_id' => $member['id']];
    };
    $message = fn (array $one): array => ['id' => $one['id'], 'sender_id' => $one['links']['sender'], 'content' => $one['content']];
    $conversation = fn (array $one): array => [
        'id' => $one['id'],
        'booking_ids' => $one['links']['bookings'],
        'closed' => $one['closed_at'] !== null,
        'participants' => array_map($participant, $of('participants', $one['id'])),
        'messages' => array_map($message, $of('messages', $one['id'])),
    ];
    $booking = fn (array $one): array => ['id' => $one['id'], 'conversation_ids' => $one['links']['conversations']];
    return [
        'bookings' => array_map($booking, array_values($copy['bookings'])),
        'conversations' => array_map($conversation, array_values($copy['conversations'])),
    ];
}

/** Do what a request asks for. What the client puts off is answered `later`; what the service refuses is not done. */
function answer(callable $command, array $request): array
{
    try {
        return ['id' => $request['id'], 'ok' => true, ...$command($request)];
    } catch (Later $later) {
        fwrite(STDERR, $later->getMessage() . "\n");
        return ['id' => $request['id'], 'ok' => false, 'later' => true];
    } catch (Refused $refused) {
        fwrite(STDERR, $refused->getMessage() . "\n");
        return ['id' => $request['id'], 'ok' => false];
    }
}

while (($line = fgets(STDIN)) !== false) {
    $request = json_decode($line, true, flags: JSON_THROW_ON_ERROR);
    echo json_encode(answer($commands[$request['do']], $request), JSON_THROW_ON_ERROR), "\n";
}
