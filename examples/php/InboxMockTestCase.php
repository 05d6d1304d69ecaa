<?php
/** A sandbox of Inbox Mock for each test, judged when it ends. Copy this file, and run: inbox-mock run -- vendor/bin/phpunit */

declare(strict_types=1);

use PHPUnit\Framework\TestCase;

abstract class InboxMockTestCase extends TestCase
{
    /** What the sandbox is made as: by name what `POST /__admin/sandboxes` takes. */
    protected array $overrides = ['scenario' => 'agency', 'ttl' => '1h'];

    /** The codes of rules that the tests of this class may break, such as `MSG002`. */
    protected array $allow = [];

    /** The test's sandbox: `id`, `api_url`, `token`, `applications` ... */
    protected array $sandbox;

    protected function setUp(): void
    {
        $this->sandbox = self::call('POST', '', $this->overrides);
    }

    /** Fail the test if the program has broken a rule of conduct. PHPUnit calls this where nothing has failed before. */
    protected function assertPostConditions(): void
    {
        $told = $this->admin('GET', '/report?format=failure&allow=' . implode(',', $this->allow));
        self::assertSame('', $told, $told);
    }

    protected function tearDown(): void
    {
        $this->admin('DELETE', '');
    }

    /** Call the sandbox's admin API, and return its answer; `$path` begins where the sandbox's own address ends. */
    protected function admin(string $method, string $path, array $body = []): array|string|null
    {
        return self::call($method, "/{$this->sandbox['id']}$path", $body);
    }

    private static function call(string $method, string $path, array $body = []): array|string|null
    {
        $url = (getenv('INBOX_MOCK_URL') ?: 'http://127.0.0.1:8089') . "/__admin/sandboxes$path";
        $request = ['method' => $method, 'header' => 'Content-Type: application/json', 'ignore_errors' => true];
        $request += $body === [] ? [] : ['content' => json_encode($body, JSON_THROW_ON_ERROR)];
        $answer = file_get_contents($url, false, stream_context_create(['http' => $request]));
        $status = (int) explode(' ', $http_response_header[0])[1];
        if ($status >= 300) {
            throw new RuntimeException("$method $url: $status $answer");
        }
        $isJson = preg_grep('#^Content-Type: application/json#i', $http_response_header) !== [];
        return $isJson ? json_decode($answer, true, flags: JSON_THROW_ON_ERROR) : $answer;
    }
}
