<?php
/** Tests of a program, which is the client in examples/php_client. Run them by: inbox-mock run -- phpunit examples/php/InboxTest.php */

declare(strict_types=1);

use InboxClient\Api;
use InboxClient\Inbox;
use InboxClient\Later;

require_once __DIR__ . '/InboxMockTestCase.php';
require_once __DIR__ . '/../php_client/inbox_client/inbox.php';

final class InboxTest extends InboxMockTestCase
{
    private function inbox(): Inbox
    {
        ['api_url' => $url, 'token' => $token, 'applications' => $applications] = $this->sandbox;
        $ours = array_column($applications, null, 'token')[$token];
        return new Inbox(new Api($url, $token, '', $ours['client_id'], $ours['client_secret']), $ours['client_secret']);
    }

    public function testTheGuestReadsTheAnswerOnceAirbnbHasOpenedTheConversation(): void
    {
        $booking = $this->admin('POST', '/bookings', ['channel' => 'airbnb', 'conversation_delay' => '10m'])['booking']['id'];
        $inbox = $this->inbox();
        try {
            $inbox->reply($booking, 'There is a garage.');
            self::fail('there is no conversation yet');
        } catch (Later) {
            $this->admin('POST', '/clock/advance', ['by' => '10m']);
        }

        $inbox->reply($booking, 'There is a garage.');

        $this->admin('POST', '/clock/advance', ['by' => '5m']);
        [$conversation] = $inbox->copy['bookings'][$booking]['links']['conversations'];
        $read = $this->admin('GET', "/conversations/$conversation/thread")['messages'];
        self::assertSame(['There is a garage.'], array_column($read, 'content'));
    }

    public function testAnAnswerThatWasLostIsNotSentTwice(): void
    {
        $booking = $this->admin('POST', '/bookings', ['channel' => 'airbnb', 'conversation_delay' => '0s'])['booking'];
        $lost = ['kind' => 'timeout_after', 'match' => ['method' => 'POST', 'path' => '/inbox/messages'], 'times' => 1];
        $this->admin('POST', '/faults', $lost);
        $inbox = $this->inbox();
        try {
            $inbox->reply($booking['id'], 'Welcome!');
        } catch (Later) {
            $inbox->reply($booking['id'], 'Welcome!');
        }

        $this->admin('POST', '/clock/advance', ['by' => '5m']);
        $read = $this->admin('GET', "/conversations/{$booking['links']['conversations'][0]}/thread")['messages'];
        self::assertSame(['Welcome!'], array_column($read, 'content'));
    }
}
