<?php
/** Runs the tests of a file, in place of PHPUnit where that is not installed: php phpunit.php FILE; the class is called as the file is. */

namespace PHPUnit\Framework;

abstract class TestCase
{
    public static function assertSame(mixed $expected, mixed $found, string $told = ''): void
    {
        if ($expected !== $found) {
            self::fail($told ?: 'expected ' . json_encode($expected) . ', found ' . json_encode($found));
        }
    }

    public static function fail(string $told): never
    {
        throw new \Exception($told);
    }

    public function runBare(string $test): void
    {
        $this->setUp();
        try {
            $this->$test();
            $this->assertPostConditions();
        } finally {
            $this->tearDown();
        }
    }
}

require $argv[1];
$class = basename($argv[1], '.php');
$tests = preg_grep('/^test/', get_class_methods($class));
foreach ($tests as $test) {
    (new $class())->runBare($test);
}
echo 'OK (', count($tests), " tests)\n";
