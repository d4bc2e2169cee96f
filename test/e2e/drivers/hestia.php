<?php

/**
 * Speaks to the panel's endpoint as the driver does that the panel brings for Roundcube: what it posts, and how it
 * reads the answer.
 */
class rcube_hestia_password
{
    public function save($currentPassword, $newPassword, $address)
    {
        $config = rcmail::get_instance()->config;
        $host = $config->get('password_hestia_host');
        $port = $config->get('password_hestia_port');
        $request = curl_init("https://$host:$port/reset/mail/");
        curl_setopt_array($request, [
            CURLOPT_POSTFIELDS => http_build_query([
                'email' => $address,
                'password' => $currentPassword,
                'new' => $newPassword,
            ]),
            CURLOPT_HEADER => true,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_CAINFO => $config->get('password_hestia_ca'),
        ]);
        $headersAndBody = curl_exec($request);
        if ($headersAndBody === false) {
            return PASSWORD_CONNECT_ERROR;
        }
        $changed = str_contains($headersAndBody, 'ok') && !str_contains($headersAndBody, 'error');
        return $changed ? PASSWORD_SUCCESS : PASSWORD_ERROR;
    }
}
