<?php

/**
 * Changes the password through Rekey: a driver for Roundcube's password plugin (Roundcube 1.5 or later, PHP 7.4 or
 * later). Copy this file to plugins/password/drivers/rekey.php; its settings belong in plugins/password/config.inc.php:
 *
 *   $config['password_driver'] = 'rekey';
 *   $config['password_rekey_url'] = 'https://rekey.example.org';  // with the base path, if there is one
 *   $config['password_rekey_token'] = '...';                      // as in REKEY_CLIENTS
 *   $config['password_rekey_ca'] = '/etc/ssl/rekey-ca.pem';       // only if your own authority signed the certificate
 */
class rcube_rekey_password
{
    /** Longer than a change takes. If the driver hung up sooner, it wouldn't learn the outcome. */
    const CHANGE_TIMEOUT_S = 180;

    /** Short, because the form waits for the rules. */
    const POLICY_TIMEOUT_S = 5;
    const CONNECT_TIMEOUT_S = 5;

    /** The top of Roundcube's scale of strength. */
    const GOOD_SCORE = 5;
    const BAD_SCORE = 1;

    /** Shown if Rekey's response is lost. */
    const LOST = 'It is not known whether the password was changed. Try the new password first, then the old one.';

    /** The outcomes to show to the person, with Roundcube's code for each. The others are for the admin. */
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
     * @param string $curpass  the current password, as the person typed it
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
        // A refusal means that nothing was changed, even if something in front of Rekey sent it. After half a response, or
        // a proxy's time-out, the outcome is unknown.
        $refused = is_int($status) && $status >= 300 && $status < 500;
        return $refused ? PASSWORD_ERROR : $this->end_unknown(self::LOST);
    }

    /**
     * Leaves both comparisons with the current password to Rekey, which limits the attempts. Roundcube compares with its
     * session, so anyone could guess without limit in an open session.
     *
     * @return null no fault found here
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
     * Checks a new password against the policy, if password_minimum_score is set. Without a response the password passes,
     * because Rekey checks it again during the change.
     *
     * @return array the score, and the broken rules in HTML
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
     * @return array status: the HTTP status, `not-sent`, or `lost` if Rekey may have carried it out; body: the decoded JSON
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
            // Roundcube's settings for all HTTP calls must not weaken this one, or reveal or replace the token.
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
            // Without TLS, the request must stay on this host: no proxy.
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
            // Text that isn't valid JSON, or a connection that failed before the request, never reached Rekey.
            $unsent = $error instanceof InvalidArgumentException || ($context['request_size'] ?? 1) === 0;
            $status = $unsent ? 'not-sent' : 'lost';
            // The HTTP client's messages can contain the request, so log only the class and cURL's error number.
            $errno = isset($context['errno']) ? " (cURL error {$context['errno']})" : '';
            $this->log("no answer from Rekey ($status): " . get_class($error) . $errno);
            return ['status' => $status, 'body' => []];
        }
    }

    /**
     * Shows the form with this message and ends the request, as the plugin itself does. Don't return a code instead: for
     * every code except success the plugin says "Could not save new password", which may be false.
     */
    private function end_unknown($message)
    {
        $rcmail = rcmail::get_instance();
        $rcmail->output->command('display_message', rcube::Q($message), 'warning');
        $rcmail->overwrite_action('plugin.password');
        $rcmail->output->send('plugin');
    }

    /** Rekey's text for the person: the broken rules, otherwise what happened and what to do. */
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
