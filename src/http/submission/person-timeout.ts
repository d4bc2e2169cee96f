/**
 * How long (ms) a person waits for a page, from the start of the request. By default, what is in between times out after 60 s:
 * nginx in front of Rekey (`proxy_read_timeout`), or in front of a webmail program's PHP (`fastcgi_read_timeout`).
 */
export const PERSON_TIMEOUT_MS = 55_000
