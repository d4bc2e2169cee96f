/**
 * How long (ms) a person waits before a page, from the request's start. What stands between gives up after 60 s unless it is
 * told otherwise: nginx before Rekey (`proxy_read_timeout`), and before the PHP of a webmail program (`fastcgi_read_timeout`).
 */
export const PERSON_PATIENCE_MS = 55_000
