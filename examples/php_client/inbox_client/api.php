<?php
/**
 * HTTP: tokens that expire, pages that continue, hours that are used up, answers that never come.
 *
 * Nothing here waits. What cannot be done now throws Later, and whoever schedules the work asks again.
 */

declare(strict_types=1);

namespace InboxClient;

/** Not now. `$notBefore` is the Unix time of the rate limit's reset, where that is what to wait for. */
class Later extends \RuntimeException
{
    public function __construct(string $why, public readonly ?int $notBefore = null, ?\Throwable $cause = null)
    {
        parent::__construct($why, previous: $cause);
    }
}

/** Nobody can tell whether the request was carried out: its answer never came, or was an error of the server's. */
class LostAnswer extends Later
{
}

/** The request was understood and turned down: asking again changes nothing. */
class Refused extends \RuntimeException
{
    public function __construct(string $why, public readonly int $status)
    {
        parent::__construct($why);
    }
}

/** An answer that came, and is whole. */
final class Answer
{
    /** @param array<string, string> $headers by their names in lower case */
    public function __construct(public readonly int $status, public readonly array $headers, public readonly array $body)
    {
    }

    /** The records: they stand under the one key that is not part of the envelope. */
    public function records(): array
    {
        return current(array_diff_key($this->body, array_flip(['links', 'linked', 'meta'])));
    }

    /** The ids of records that are gone since `updated_since`. */
    public function deletedIds(): array
    {
        return $this->body['meta']['deleted_ids'] ?? [];
    }

    /** What to send as `updated_since` the next time, if this is the first page of a list. */
    public function syncedAt(): string
    {
        return $this->headers['x-updated-since-request-synced-at'];
    }

    /** Where the list goes on, or null if it ends here. */
    public function nextUrl(): ?string
    {
        return $this->body['meta']['Link']['next'] ?? null;
    }
}

/** One account's access to the API. */
final class Api
{
    private const TIMEOUT_SECONDS = 30;

    private string $url;

    public function __construct(
        string $url,
        private ?string $token,
        private string $refreshToken,
        private readonly string $clientId,
        private readonly string $clientSecret,
    ) {
        $this->url = rtrim($url, '/');
    }

    /**
     * Yield the pages of a list, one request each.
     *
     * @return \Generator<Answer>
     * @throws Later the service cannot answer now
     * @throws Refused it does not want to
     */
    public function pages(string $path, array $query = []): \Generator
    {
        $url = "$this->url/$path?" . http_build_query($query);
        while ($url !== null) {
            $page = $this->call('GET', $url);
            yield $page;
            $url = $page->nextUrl();
        }
    }

    /**
     * Create a record, and return it as the service has it.
     *
     * @throws LostAnswer it may be there now, or not
     * @throws Later it is not there, and may be created later
     * @throws Refused it cannot be created
     */
    public function create(string $path, array $attributes): array
    {
        $body = json_encode([basename($path) => [$attributes]], JSON_THROW_ON_ERROR);
        return $this->call('POST', "$this->url/$path", $body)->records()[0];
    }

    /** Call with a token that is good, as far as anybody knows. One that was refused is never used again. */
    private function call(string $method, string $url, ?string $body = null): Answer
    {
        for ($attempt = 0; $attempt < 2; $attempt++) {
            if ($this->token === null) {
                $this->refresh();
            }
            $headers = ["Authorization: Bearer $this->token", 'Content-Type: application/vnd.api+json'];
            $answer = $this->exchange($method, $url, $headers, $body);
            if ($answer->status < 300) {
                return $answer;
            }
            if ($answer->status !== 401) {
                throw new Refused("$method $url: $answer->status " . json_encode($answer->body), $answer->status);
            }
            $this->token = null;
        }
        throw new Later("$method $url: a token that was fresh a moment ago is refused");
    }

    /**
     * Get a new token. Its successor comes along, and must be kept: the old refresh token is good until the new token is used.
     *
     * @throws Refused the account's owner has to connect it again
     */
    private function refresh(): void
    {
        $form = ['grant_type' => 'refresh_token', 'refresh_token' => $this->refreshToken];
        $form += ['client_id' => $this->clientId, 'client_secret' => $this->clientSecret];
        $url = preg_replace('#/api/v3$#', '/oauth/token', $this->url);
        $answer = $this->exchange('POST', $url, ['Content-Type: application/x-www-form-urlencoded'], http_build_query($form));
        if ($answer->status >= 300) {
            throw new Refused("the token cannot be refreshed: $answer->status " . json_encode($answer->body), $answer->status);
        }
        ['access_token' => $this->token, 'refresh_token' => $this->refreshToken] = $answer->body;
    }

    /**
     * Send one request. What comes back is a success or a refusal; everything else is for later.
     *
     * Each one has a handle of its own: on a connection that a handle has used before, libcurl sends what was not answered again by
     * itself, and a message would arrive twice.
     */
    private function exchange(string $method, string $url, array $sent, ?string $body): Answer
    {
        $headers = [];
        $curl = curl_init($url);
        curl_setopt_array($curl, [
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_HTTPHEADER => $sent,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => self::TIMEOUT_SECONDS,
            CURLOPT_HEADERFUNCTION => static function (\CurlHandle $_, string $line) use (&$headers): int {
                [$name, $value] = explode(':', $line, 2) + [1 => ''];
                $headers[strtolower($name)] = trim($value);
                return strlen($line);
            },
        ]);
        if ($body !== null) {
            curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
        }
        $received = curl_exec($curl);
        $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        if ($received === false) {
            throw new LostAnswer("$method $url: " . curl_error($curl));
        }
        if ($status >= 500) {
            throw new LostAnswer("$method $url: $status");
        }
        if ($status === 429) {
            $reset = isset($headers['x-ratelimit-reset']) ? (int) $headers['x-ratelimit-reset'] : null;
            throw new Later("$method $url: the hour's requests are used up", $reset);
        }
        if ($status >= 300) { // the service writes JSON; what stands before it, pages
            $told = json_decode($received, true);
            return new Answer($status, $headers, is_array($told) ? $told : ['text' => $received]);
        }
        try {
            return new Answer($status, $headers, json_decode($received, true, flags: JSON_THROW_ON_ERROR));
        } catch (\JsonException $error) {
            throw new LostAnswer("$method $url: {$error->getMessage()}", cause: $error);
        }
    }
}
