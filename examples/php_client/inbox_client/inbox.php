<?php
/** A copy of the inbox that is kept in step with the service, and answers to guests that reach them once. */

declare(strict_types=1);

namespace InboxClient;

require_once __DIR__ . '/api.php';
require_once __DIR__ . '/webhooks.php';

/**
 * What one account's inbox looks like, as far as we have heard.
 *
 * `$copy` holds the records by list and id, as the API writes them. `$unsure` holds answers of which nobody knows whether they
 * arrived, each with the messages of the same words that there were before. Keep them, and `$syncedAt`, in a database if they
 * are to outlive the request.
 */
final class Inbox
{
    private const LISTS = [
        // Bookings are listed from today on, unless the query says otherwise.
        'bookings' => ['bookings', ['from' => '1970-01-01']],
        'conversations' => ['inbox/conversations', []],
        'participants' => ['inbox/participants', []],
        'messages' => ['inbox/messages', []],
        'hosts' => ['hosts', []],
    ];
    private const INBOX = ['bookings', 'conversations', 'participants', 'messages'];

    public array $copy;
    private array $syncedAt = [];
    private array $hinted = [];
    private array $unsure = [];

    public function __construct(private readonly Api $api, private readonly string $webhookSecret)
    {
        $this->copy = array_fill_keys(array_keys(self::LISTS), []);
    }

    /** Bring the copy up to date. Whatever was done before an interruption, told by Later, stays done. */
    public function sync(): void
    {
        foreach (self::INBOX as $name) {
            $this->catchUp($name);
        }
        $this->followHints();
    }

    /**
     * Take a webhook, and tell whether it is genuine: answer 2xx if so, and 4xx if not.
     *
     * It says that something happened, and perhaps not in the right order: so it only marks what the next sync should look at,
     * which also answers the sender at once. Sync soon after. An application hears of every account on which it is installed:
     * bring an inbox those of its `account_id`.
     *
     * @param array<string, string> $headers
     */
    public function receive(array $headers, string $body): bool
    {
        $signature = array_change_key_case($headers)['x-content-signature'] ?? '';
        if (!is_signed($this->webhookSecret, $signature, $body)) {
            return false;
        }
        [$kind, $id] = hint_in($body) ?? [null, null];
        if ($kind === 'conversation') {
            $this->hinted[$id] = $id;
        }
        return true;
    }

    /**
     * Answer a booking's guest, in the conversation that the booking's channel opened.
     *
     * Call it again with the same arguments after Later: a message that has arrived is not sent twice.
     *
     * @throws Later the channel has not opened the conversation yet, or the service cannot answer now
     * @throws Refused the service does not take the message
     */
    public function reply(int $bookingId, string $content): void
    {
        $this->sync();
        $conversation = $this->conversationOf($bookingId)
            ?? throw new Later("booking $bookingId has no conversation yet; its channel will open one");
        $attempt = "$bookingId $content";
        $said = $this->said($conversation, $content);
        $before = $this->unsure[$attempt] ?? null;
        if ($before === null || array_diff($said, $before) === []) {
            $sender = $this->hostIn($conversation) ?? $this->addHost($conversation);
            try {
                $this->say($conversation, $sender, $content);
            } catch (LostAnswer $lost) {
                $this->unsure[$attempt] = $before ?? $said;
                throw $lost;
            }
        }
        unset($this->unsure[$attempt]);
    }

    /**
     * Fetch what changed in a list since the last time, or all of it the first time.
     *
     * The time comes from the service's own clock, and from the first page: what changes while later pages are being read would
     * otherwise be missed. It counts only when the last page has come. A list that was asked for in full then also tells what is
     * gone: of a record that an earlier listing, cut short, has brought, no later one says so.
     */
    private function catchUp(string $name): void
    {
        [$path, $query] = self::LISTS[$name];
        $since = $this->syncedAt[$name] ?? null;
        $unseen = $since === null ? $this->copy[$name] : [];
        $syncedAt = null;
        foreach ($this->api->pages($path, $query + ($since === null ? [] : ['updated_since' => $since])) as $page) {
            $syncedAt ??= $page->syncedAt();
            foreach ($page->records() as $record) {
                $this->remember($name, $record);
                unset($unseen[$record['id']]);
            }
            $this->copy[$name] = array_diff_key($this->copy[$name], array_flip($page->deletedIds()));
        }
        $this->copy[$name] = array_diff_key($this->copy[$name], $unseen);
        $this->syncedAt[$name] = $syncedAt;
    }

    /** Keep a record, unless a newer state of it is known. */
    private function remember(string $name, array $record): void
    {
        $known = $this->copy[$name][$record['id']] ?? null;
        if ($known !== null && $known['updated_at'] > $record['updated_at']) {
            return;
        }
        $this->copy[$name][$record['id']] = $record;
        if ($name === 'conversations') {
            unset($this->hinted[$record['id']]);
        }
    }

    /**
     * Fetch the conversations that webhooks spoke of and the list did not bring.
     *
     * Tying a booking to a conversation moves no `updated_at`: only a webhook tells of it.
     */
    private function followHints(): void
    {
        $hinted = $this->hinted;
        if ($hinted === []) {
            return;
        }
        sort($hinted);
        try {
            foreach ($this->api->pages('inbox/conversations/' . implode(',', $hinted)) as $page) {
                foreach ($page->records() as $record) {
                    $this->remember('conversations', $record);
                }
            }
        } catch (Refused $refused) {
            if ($refused->status !== 404) {
                throw $refused;
            }
        }
        $this->hinted = array_diff($this->hinted, $hinted);
    }

    /**
     * The conversation in which the guest reads, or null as long as there is none.
     *
     * A channel's booking may be tied to a conversation of somebody else's before the channel opens its own, and no guest ever
     * reads that one.
     */
    private function conversationOf(int $bookingId): ?array
    {
        $booking = $this->copy['bookings'][$bookingId] ?? null;
        $linked = $booking['links']['conversations'] ?? [];
        $isTied = fn (array $one): bool => in_array($one['id'], $linked, true) || in_array($bookingId, $one['links']['bookings'], true);
        $tied = array_filter($this->copy['conversations'], $isTied);
        if ($booking !== null && self::makerOf($booking)[0] === 'Doorkeeper::Application') {
            $tied = array_filter($tied, fn (array $one): bool => self::makerOf($one) === self::makerOf($booking));
        }
        ksort($tied);
        return reset($tied) ?: null;
    }

    /** A Host participant of the conversation: nobody else can speak in it. */
    private function hostIn(array $conversation): ?array
    {
        foreach ($this->copy['participants'] as $one) {
            if ($one['links']['conversation'] === $conversation['id'] && $one['links']['member']['type'] === 'Host') {
                return $one;
            }
        }
        return null;
    }

    /** Let the conversation's assignee take part, or the first host where there is none. */
    private function addHost(array $conversation): array
    {
        $this->catchUp('hosts');
        if ($this->copy['hosts'] === []) {
            throw new Later('the account has no host who could answer');
        }
        $hostId = $conversation['links']['assignee'] ?? min(array_keys($this->copy['hosts']));
        $attributes = ['conversation_id' => $conversation['id'], 'member_id' => $hostId, 'member_type' => 'Host'];
        $made = $this->api->create('inbox/participants', $attributes);
        $this->remember('participants', $made);
        return $made;
    }

    /** The ids of our messages of these words in the conversation. */
    private function said(array $conversation, string $content): array
    {
        $isOurs = fn (array $one): bool => $one['links']['conversation'] === $conversation['id']
            && $one['content'] === $content
            && ($this->copy['participants'][$one['links']['sender']]['links']['member']['type'] ?? null) === 'Host';
        return array_keys(array_filter($this->copy['messages'], $isOurs));
    }

    /** Send a message as a participant. The guest sees it if its channel is the conversation's `default_channel`. */
    private function say(array $conversation, array $sender, string $content): void
    {
        $message = $this->api->create('inbox/messages', [
            'conversation_id' => $conversation['id'],
            'sender_id' => $sender['id'],
            'content' => $content,
            'origin' => 'bookingsync_inbox',
            'visibility' => 'external',
            'channel' => $conversation['default_channel'],
            'sent_at' => gmdate('Y-m-d\TH:i:s\Z'),
        ]);
        $this->remember('messages', $message);
    }

    /** Type and id of who made a record. The documentation does not say whether they are attributes or a link. */
    private static function makerOf(array $record): array
    {
        $link = $record['links']['created_by'] ?? [];
        return [$record['created_by_type'] ?? $link['type'] ?? null, $record['created_by_id'] ?? $link['id'] ?? null];
    }
}
