<?php

/**
 * Makes one call of Rekey's driver, before as much of Roundcube as the driver sees, and Roundcube's own HTTP client with
 * an answer that is given. Reads the case from standard input and prints, as JSON, what came of it.
 */

require '/usr/share/php/GuzzleHttp/autoload.php';

error_reporting(E_ALL);
set_error_handler(function ($level, $message, $file, $line) {
    throw new ErrorException($message, 0, $level, $file, $line);
});

define('PASSWORD_CRYPT_ERROR', 1);
define('PASSWORD_ERROR', 2);
define('PASSWORD_CONNECT_ERROR', 3);
define('PASSWORD_IN_HISTORY', 4);
define('PASSWORD_CONSTRAINT_VIOLATION', 5);
define('PASSWORD_SUCCESS', 0);

$case = json_decode(stream_get_contents(STDIN), true);
$requests = [];
$log = [];

/** What the person is shown where the driver ends the request itself. */
class output
{
    public $shown = [];

    public function command(...$arguments)
    {
        $this->shown[] = $arguments;
    }

    public function send($template)
    {
        throw new Ended($template);
    }
}

class Ended extends Error
{
}

class rcmail
{
    public $config;
    public $output;

    public function overwrite_action($action)
    {
        $this->output->shown[] = ['action', $action];
    }

    public static function get_instance()
    {
        static $instance;
        return $instance ?? $instance = new self();
    }

    public function get_user_language()
    {
        return 'de_DE';
    }

    public function gettext($name, $domain)
    {
        return "[$domain.$name]";
    }
}

class settings
{
    public function get($name)
    {
        return $GLOBALS['case']['settings'][$name] ?? null;
    }
}

rcmail::get_instance()->config = new settings();
rcmail::get_instance()->output = new output();

class rcube
{
    public static function raise_error($error)
    {
        $GLOBALS['log'][] = $error['message'];
    }

    public static function Q($text)
    {
        return htmlspecialchars($text, ENT_QUOTES);
    }
}

class rcube_utils
{
    public static function remote_addr()
    {
        return '203.0.113.9';
    }
}

class password
{
    public static function username()
    {
        return 'info@example.org';
    }

    public static function get_http_client()
    {
        $stack = GuzzleHttp\HandlerStack::create(new GuzzleHttp\Handler\MockHandler([self::answer()]));
        $stack->push(GuzzleHttp\Middleware::history($GLOBALS['requests']));
        return new GuzzleHttp\Client(['handler' => $stack] + ($GLOBALS['case']['client'] ?? []));
    }

    private static function answer()
    {
        $case = $GLOBALS['case'];
        if (isset($case['body'])) {
            return new GuzzleHttp\Psr7\Response($case['status'], ['Location' => 'https://elsewhere.example/'], $case['body']);
        }
        $request = new GuzzleHttp\Psr7\Request('POST', 'https://rekey.example.org');
        return new GuzzleHttp\Exception\ConnectException('canary', $request, null, $case['failure']);
    }
}

require $argv[1];

$driver = new rcube_rekey_password();
$arguments = mb_convert_encoding($case['arguments'], $case['charset'] ?? 'UTF-8', 'UTF-8');
try {
    $result = $driver->{$case['call']}(...$arguments);
} catch (Ended $end) {
    $result = ['ended' => rcmail::get_instance()->output->shown, 'template' => $end->getMessage()];
}
$sent = array_map(function ($entry) {
    return [
        'method' => $entry['request']->getMethod(),
        'url' => (string) $entry['request']->getUri(),
        'headers' => array_map('current', $entry['request']->getHeaders()),
        'body' => json_decode((string) $entry['request']->getBody(), true),
        'options' => array_intersect_key(
            $entry['options'],
            array_flip(explode(' ', 'verify timeout connect_timeout allow_redirects http_errors curl stream_context auth debug proxy'))
        ),
    ];
}, $requests);
echo json_encode(['result' => $result, 'sent' => $sent, 'log' => $log]);
