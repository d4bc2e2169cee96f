<?php

/**
 * Changes the password through Rekey: a driver for Roundcube's password plugin (Roundcube 1.5 or later, PHP 7.4 or
 * later). Copy this file to plugins/password/drivers/rekey.php; its settings belong in plugins/password/config.inc.php:
 *
 *   $config['password_driver'] = 'rekey';
 *   $config['password_rekey_url'] = 'https://rekey.example.org';  // with the base path, if there is one
 *   $config['password_rekey_token'] = '...';                      // as in REKEY_CLIENTS
 *   $config['password_rekey_ca'] = '/etc/ssl/rekey-ca.pem';       // only for a certificate of an authority of your own
 */
class rcube_rekey_password
{
    /** Longer than Rekey takes as it comes: who hangs up sooner does not learn what came of the change. */
    const CHANGE_TIMEOUT_S = 180;

    /** A page with the rules, or without them, must not be long in coming. */
    const POLICY_TIMEOUT_S = 5;
    const CONNECT_TIMEOUT_S = 5;

    /** Roundcube's scale of strength ends here. */
    const GOOD_SCORE = 5;
    const BAD_SCORE = 1;

    /** What Rekey would say, had its answer come. */
    const LOST = 'It is not known whether the password was changed. Try the new password first, then the old one.';

    /** Answers that are the person's business, by the code that Roundcube has for them. The others are the admin's. */
    const CODES = [
        'password-rejected' => PASSWORD_CONSTRAINT_VIOLATION,
        'too-many-attempts' => PASSWORD_ERROR,
        'mailbox-suspended' => PASSWORD_ERROR,
        'mailbox-ambiguous' => PASSWORD_ERROR,
        'panel-misconfigured' => PASSWORD_ERROR,
        'panel-failed' => PASSWORD_ERROR,
        'panel-unavailable' => PASSWORD_CONNECT_ERROR,
        'panel-busy' => PASSWORD_CONNECT_ERROR,
        'mail-server-unavailable' => PASSWORD_CONNECT_ERROR,
        'store-unavailable' => PASSWORD_CONNECT_ERROR,
        'breach-check-unavailable' => PASSWORD_CONNECT_ERROR,
    ];

    /**
     * Changes the password.
     *
     * @param string $curpass  what the person gave as the current password
     * @param string $newpass  the new password
     * @param string $username the mailbox, as Roundcube's password_username_format makes it
     *
     * @return int|array PASSWORD_SUCCESS, another of Roundcube's codes, or such a code with a message
     */
    public function save($curpass, $newpass, $username)
    {
        $answer = $this->ask('POST', '/api/v1/password-changes', self::CHANGE_TIMEOUT_S, [
            'email' => $username,
            'currentPassword' => $curpass,
            'newPassword' => $newpass,
        ]);

        $status = $answer['status'];
        $code = $answer['body']['code'] ?? null;
        $known = is_string($code) ? self::CODES[$code] ?? null : null;
        if ($status === 'not-sent') {
            return PASSWORD_CONNECT_ERROR;
        }
        if ($status === 200 && $code === 'changed') {
            return PASSWORD_SUCCESS;
        }
        if ($code === 'invalid-credentials') {
            return ['code' => PASSWORD_ERROR, 'message' => $this->text('passwordincorrect')];
        }
        if (is_int($status) && ($status >= 500 || $known === null)) {
            $reference = $answer['body']['requestId'] ?? '';
            $this->log(is_string($code)
                ? "Rekey answered $status $code (reference $reference)"
                : "something that is not Rekey answered $status");
        }
        if ($known !== null) {
            return ['code' => $known, 'message' => $this->words($answer['body'])];
        }
        if (in_array($code, ['outcome-unknown', 'change-not-confirmed', 'internal-error'], true)) {
            return $this->end_unknown($this->words($answer['body']));
        }
        // Half an answer, or that of a proxy which gave up on a change, does not tell what Rekey has done; a refusal does,
        // whosoever it is.
        $refused = is_int($status) && $status >= 300 && $status < 500;
        return $refused ? PASSWORD_ERROR : $this->end_unknown(self::LOST);
    }

    /**
     * Leaves both comparisons with the current password to Rekey, which counts the tries: Roundcube compares with its
     * session, and whoever finds one open could guess as often as he likes.
     *
     * @return null nothing is wrong so far
     */
    public function compare($curpwd, $newpwd, $type)
    {
        return null;
    }

    /**
     * The rules for a new password, for the form.
     *
     * @return string[] HTML
     */
    public function strength_rules()
    {
        $answer = $this->ask('GET', '/api/v1/password-policy', self::POLICY_TIMEOUT_S);
        return array_map(['rcube', 'Q'], $this->messages($answer['body']['rules'] ?? []));
    }

    /**
     * Holds a new password against the rules, where Roundcube asks (password_minimum_score). Where there is no answer,
     * it passes: the change itself is held against them too.
     *
     * @return array the score, and what is wrong in HTML
     */
    public function check_strength($passwd)
    {
        $answer = $this->ask('POST', '/api/v1/password-policy', self::POLICY_TIMEOUT_S, [
            'email' => password::username(),
            'newPassword' => $passwd,
        ]);
        $broken = $this->messages($answer['body']['reasons'] ?? []);
        return [$broken ? self::BAD_SCORE : self::GOOD_SCORE, rcube::Q(implode(' ', $broken))];
    }

    /**
     * Sends a request on behalf of the person.
     *
     * @return array status: that of HTTP, or `not-sent`, or `lost` where it may have been carried out; body: what the
     *               answer's JSON holds
     */
    private function ask($method, $path, $timeout, $body = null)
    {
        $rcmail = rcmail::get_instance();
        $url = rtrim((string) $rcmail->config->get('password_rekey_url'), '/');
        if (!preg_match('#^https://|^http://(127\.\d+\.\d+\.\d+|\[::1\]|localhost)(:\d+)?(/|$)#i', $url)) {
            $this->log('password_rekey_url must begin with https://, or be on this very host');
            return ['status' => 'not-sent', 'body' => []];
        }
        $options = [
            'http_errors' => false,
            'allow_redirects' => false,
            // Roundcube's settings for all of its HTTP calls may not weaken this one, nor show or replace the token.
            'verify' => $rcmail->config->get('password_rekey_ca') ?: true,
            'curl' => [],
            'stream_context' => [],
            'auth' => null,
            'debug' => false,
            'connect_timeout' => self::CONNECT_TIMEOUT_S,
            'timeout' => $timeout,
            'headers' => [
                'Accept' => 'application/json',
                'Accept-Language' => str_replace('_', '-', (string) $rcmail->get_user_language()) . ', en;q=0.1',
            ],
        ];
        if (stripos($url, 'http:') === 0) {
            // What stays on this host needs no TLS, and so may pass no proxy.
            $options['proxy'] = '';
        }
        if ($body !== null) {
            $options['headers']['Authorization'] = 'Bearer ' . $rcmail->config->get('password_rekey_token');
            $options['json'] = $body + ['clientAddress' => rcube_utils::remote_addr()];
        }
        try {
            $response = password::get_http_client()->request($method, $url . $path, $options);
            $status = $response->getStatusCode();
            $answer = json_decode((string) $response->getBody(), true);
            return ['status' => $status, 'body' => $answer];
        } catch (Exception $error) {
            $context = method_exists($error, 'getHandlerContext') ? $error->getHandlerContext() : [];
            // What could not be put into JSON, or was cut off before the request, has not reached Rekey.
            $unsent = $error instanceof InvalidArgumentException || ($context['request_size'] ?? 1) === 0;
            $status = $unsent ? 'not-sent' : 'lost';
            // The HTTP client's own messages name what they were about: only the kind and cURL's number are logged.
            $errno = isset($context['errno']) ? " (cURL error {$context['errno']})" : '';
            $this->log("no answer from Rekey ($status): " . get_class($error) . $errno);
            return ['status' => $status, 'body' => []];
        }
    }

    /**
     * Shows the form with this message, and ends the request as the plugin itself would: before every code but that of
     * success the plugin puts "Could not save new password", which nobody knows.
     */
    private function end_unknown($message)
    {
        $rcmail = rcmail::get_instance();
        $rcmail->output->command('display_message', rcube::Q($message), 'warning');
        $rcmail->overwrite_action('plugin.password');
        $rcmail->output->send('plugin');
    }

    /** What Rekey tells the person: the rules that are broken, or else what happened and what to do. */
    private function words($body)
    {
        $broken = $this->messages($body['reasons'] ?? []);
        return implode(' ', $broken ?: [($body['title'] ?? '') . '.', $body['detail'] ?? '']);
    }

    /** @return string[] */
    private function messages($entries)
    {
        return is_array($entries) ? array_filter(array_column($entries, 'message'), 'is_string') : [];
    }

    /** A text of the password plugin, in the person's language. */
    private function text($name)
    {
        return rcmail::get_instance()->gettext($name, 'password');
    }

    private function log($message)
    {
        rcube::raise_error(
            ['code' => 600, 'file' => __FILE__, 'line' => __LINE__, 'message' => "Password plugin: $message"],
            true,
            false
        );
    }
}
