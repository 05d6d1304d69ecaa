<?php
// Receive webhooks with PHP alone: php -S 127.0.0.1:9000 with_php.php
$body = file_get_contents('php://input');
$lines = chunk_split(base64_encode($body), 60, "\n");
$expected = hash_hmac('sha1', $lines, getenv('BOOKINGSYNC_APP_SECRET') ?: 'democlientsecret');
http_response_code(hash_equals($expected, $_SERVER['HTTP_X_CONTENT_SIGNATURE'] ?? '') ? 204 : 401);
